# टिकटों की सूची।
list-all = सभी टिकट
list-tickets = टिकट
list-search = खोज
list-count = { $count ->
    [one] { $shown } टिकट
   *[other] { $shown } टिकट
}
list-export = CSV निर्यात करें
list-export-title = टिकट निर्यात करें
list-export-reason = यह फ़ाइल किस काम के लिए है?
list-export-reason-hint = यह आपके नाम के साथ कार्रवाई के इतिहास में रहेगा
list-export-reason-missing = बताएँ कि फ़ाइल किस काम के लिए है।
list-save-view = दृश्य सहेजें
list-save-this-view = यह दृश्य सहेजें
list-save = सहेजें
list-update-view = “{ $name }” अपडेट करें
list-gone = इस दृश्य में { $what } “{ $value }” है, जो अब मौजूद नहीं है। इसे उसके बिना दिखाया जा रहा है।
list-the-status = स्थिति
list-the-issue = समस्या का प्रकार
list-the-priority = प्राथमिकता
list-the-technician = तकनीशियन
list-the-date = तारीख़
list-the-search = खोज
list-the-sort = क्रम

# स्तंभ, फ़िल्टर और क्रम
list-reference = संदर्भ
list-client = ग्राहक
list-issue = समस्या
list-issue-type = समस्या का प्रकार
list-status = स्थिति
list-priority = प्राथमिकता
list-technician = तकनीशियन
list-created = दर्ज
list-created-from = दर्ज, इस दिन से
list-created-to = दर्ज, इस दिन तक
list-updated = अपडेट
list-sorted-by = क्रम
list-rows = पंक्तियाँ
list-ascending = बढ़ते क्रम में
list-unassigned = बिना तकनीशियन
list-nobody = कोई नहीं
list-somebody = कोई और
list-chosen = { $count } चुने गए
list-span = { $from } से { $to } तक
list-span-from = { $from } से
list-span-to = { $to } तक
list-filter = टिकट छाँटें
list-clear-filter = फ़िल्टर हटाएँ: { $name }
list-clear = हटाएँ
list-apply = लागू करें
list-today = आज
list-last-7 = पिछले 7 दिन
list-last-30 = पिछले 30 दिन
list-range-hint = या कोई अवधि, दोनों दिन शामिल
list-from = से
list-to = तक
list-sort = क्रम: { $sort }
list-sort-by = क्रम चुनें
list-sort-updated = अंतिम अपडेट
list-sort-created = दर्ज होने का समय
list-sort-reference = संदर्भ
list-sort-status = स्थिति
list-sort-priority = प्राथमिकता
list-order = क्रम की दिशा
list-newest = सबसे नए पहले
list-oldest = सबसे पुराने पहले
list-closed-first = “बंद” स्थिति पहले
list-new-first = “नया” स्थिति पहले
list-urgent-first = “अति आवश्यक” प्राथमिकता पहले
list-low-first = “कम” प्राथमिकता पहले
list-density = पंक्ति की ऊँचाई
list-roomy = दो पंक्तियाँ
list-compact = एक पंक्ति

# पृष्ठ
list-pages = पृष्ठ
list-page = पृष्ठ { $number }
list-range = { $total } में से { $from }–{ $to }
list-stretch = { $total } में से { $count }
list-previous = पिछला
list-next = अगला
list-first-short = पहला

# चयन और उस पर कार्रवाई
list-pick = { $reference } चुनें
list-pick-all = { $count ->
    [one] इस पृष्ठ का टिकट चुनें
   *[other] इस पृष्ठ के सभी { $count } चुनें
}
list-picked = { $count ->
    [one] { $count } टिकट चुना गया
   *[other] { $count } टिकट चुने गए
}
list-picked-none = कोई टिकट नहीं चुना गया
list-selected = चुने गए
list-every = मेल खाते सभी { $count }
list-first = मेल खाते पहले { $count }
list-bulk = चुने गए टिकट
list-assign = सौंपें
list-close-fixed = हल हुए बंद करें
list-others = दूसरे पृष्ठों पर { $count }
list-others-more = और { $count } अन्य
list-most = एक बार में ज़्यादा से ज़्यादा { $count }
list-clear-others = दूसरे पृष्ठों वाले हटाएँ
list-clear-selection = चयन हटाएँ
list-set-status = स्थिति तय करें
list-set-priority = प्राथमिकता तय करें
list-set-technician = किसे सौंपें
list-fixed-hint = हर ग्राहक को SMS जाएगा
list-narrow-technicians = तकनीशियन खोजें
list-no-technician = भेजने के लिए चालू खाते वाला कोई तकनीशियन नहीं है। एक जोड़ें या चालू करें:

# दिखाने को कुछ नहीं
list-past-end = इस पृष्ठ पर कुछ नहीं है
list-past-end-text = सूची इससे पहले समाप्त हो जाती है।
list-first-page = पहले पृष्ठ पर जाएँ
list-empty = अभी कोई टिकट नहीं
list-empty-text = ग्राहक का फ़ोन आने पर पहला टिकट दर्ज करें।
list-new = नया टिकट
list-no-match = इन फ़िल्टरों से कोई टिकट मेल नहीं खाता
list-no-match-text = और देखने के लिए कोई फ़िल्टर हटाएँ।
list-none-for = { $search } के लिए कोई टिकट नहीं
list-searched = नाम, फ़ोन नंबर, संदर्भ, ई-मेल पते, खाता संख्याएँ, विवरण और नोट खोजे गए। हर शब्द मेल खाना चाहिए। फ़ील्ड से खोज सीमित करें: { $example }।
list-searched-filtered = फ़िल्टर से निकले टिकटों में नाम, फ़ोन नंबर, संदर्भ, ई-मेल पते, खाता संख्याएँ, विवरण और नोट खोजे गए। हर शब्द मेल खाना चाहिए। फ़ील्ड से खोज सीमित करें: { $example }।
list-search-all = हर टिकट में खोजें
list-log-number = इस नंबर के लिए टिकट दर्ज करें
list-log-client = इस ग्राहक के लिए टिकट दर्ज करें

# खोज बॉक्स के नीचे
list-matches = मेल खाते टिकट
list-find-choose = चुनें
list-find-all = सभी परिणाम
list-found = { $count ->
    [one] { $count } टिकट मिला
   *[other] { $count } टिकट मिले
}
