# सहेजे गए दृश्य।
views-name = नाम
views-share = सबके साथ साझा करें
views-share-hint = हर एडमिन को यह साइड बार में मिलता है
views-change = दृश्य बदलें
views-shows = क्या दिखाता है
views-save-changes = बदलाव सहेजें
views-delete = मिटाएँ
views-delete-ask = यह दृश्य मिटाएँ?
views-delete-do = दृश्य मिटाएँ
views-keep = रहने दें
views-gone = यह आपकी साइड बार से हट जाएगा।
views-gone-everywhere = यह हर एडमिन की साइड बार से हट जाएगा।
views-no-ticket = किसी टिकट पर असर नहीं पड़ता।
views-owner-gone = इसे सहेजने वाले { $name } अब यह नहीं कर सकते।
views-none = अभी कोई सहेजा गया दृश्य नहीं
views-none-text = टिकट छाँटें या खोजें, फिर सूची के ऊपर “दृश्य सहेजें” चुनें।
views-who = इसे कौन देखेगा
views-actions = कार्रवाइयाँ
views-seen-by = कौन देखता है
views-everyone = सब
views-you = आप
views-shared-by = सब, { $name } ने साझा किया
views-saved = दृश्य सहेजा गया
views-changed = दृश्य बदल दिया गया
views-unchanged = कुछ नहीं बदला
views-deleted = दृश्य मिटाया गया
views-sent-before = यह फ़ॉर्म पहले दूसरे शब्दों के साथ भेजा जा चुका है। पहले अपने दृश्य देखें।
views-part = { $name }: { $values }
views-name-missing = दृश्य को कोई नाम दें।
views-name-taken = आपके किसी और दृश्य का यही नाम है। इसे अलग नाम दें।
views-too-many = { $count ->
    [one] आपके पास { $count } दृश्य है, और इससे ज़्यादा नहीं हो सकते। जो अब काम का नहीं, उसे मिटाएँ।
   *[other] आपके पास { $count } दृश्य हैं, और इससे ज़्यादा नहीं हो सकते। जो अब काम का नहीं, उसे मिटाएँ।
}
views-query-missing = पहले कोई फ़िल्टर, खोज या क्रम चुनें: सभी टिकटों का दृश्य पहले से है।
views-choose-filter = पहले कोई फ़िल्टर चुनें।
