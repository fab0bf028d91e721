# एक साथ कई टिकटों में बदलाव।
bulk-back = सूची पर वापस
bulk-cancel = रद्द करें
bulk-nothing = बदलने के लिए कुछ नहीं
bulk-change-ask = { $count ->
    [one] { $count } टिकट में बदलाव करें?
   *[other] { $count } टिकटों में बदलाव करें?
}
bulk-change-do = { $count ->
    [one] { $count } टिकट में बदलाव करें
   *[other] { $count } टिकटों में बदलाव करें
}
bulk-fix-ask = { $count ->
    [one] { $count } टिकट को हल हुआ दर्ज करें?
   *[other] { $count } टिकटों को हल हुआ दर्ज करें?
}
bulk-fix-do = { $count ->
    [one] { $count } टिकट को हल हुआ दर्ज करें
   *[other] { $count } टिकटों को हल हुआ दर्ज करें
}
bulk-close-ask = { $count ->
    [one] { $count } टिकट बंद करें?
   *[other] { $count } टिकट बंद करें?
}
bulk-close-do = { $count ->
    [one] { $count } टिकट बंद करें
   *[other] { $count } टिकट बंद करें
}
bulk-to-status = स्थिति होगी: { $status }
bulk-to-priority = प्राथमिकता होगी: { $priority }
bulk-to-technician = तकनीशियन होंगे: { $name }
bulk-to-nobody = तकनीशियन हटा दिया जाएगा
bulk-to-unknown = यह तकनीशियन अब उपलब्ध नहीं है
bulk-more = एक बार में केवल पहले { $count } टिकट बदलते हैं। बाक़ी उसके बाद करें।
bulk-sms = { $count ->
    [one] { $count } SMS भेजा जाएगा
   *[other] { $count } SMS भेजे जाएँगे
}
bulk-sms-each = हर SMS में उसका अपना संदर्भ
bulk-segments = { $count ->
    [one] { $count } खंड
   *[other] { $count } खंड
}
bulk-undo-hint = { $count ->
    [one] वे { $count } सेकंड रुकते हैं, तब तक वापस लिए जा सकते हैं।
   *[other] वे { $count } सेकंड रुकते हैं, तब तक वापस लिए जा सकते हैं।
}
bulk-no-sms = { $count ->
    [one] { $count } ग्राहक को SMS नहीं जाएगा:
   *[other] { $count } ग्राहकों को SMS नहीं जाएगा:
}
bulk-will-change = { $count ->
    [one] { $count } टिकट में बदलाव होगा
   *[other] { $count } टिकटों में बदलाव होगा
}
bulk-changed = { $count ->
    [one] { $count } टिकट में बदलाव किया गया
   *[other] { $count } टिकटों में बदलाव किया गया
}
bulk-overtaken = { $count ->
    [one] { $count } को इस बीच किसी और ने बदल दिया, इसलिए उसे छोड़ दिया गया
   *[other] { $count } को इस बीच किसी और ने बदल दिया, इसलिए उन्हें छोड़ दिया गया
}
bulk-skip-not-fixed = { $count ->
    [one] { $count } की स्थिति “हल” नहीं है, इसलिए वैसा ही रहेगा
   *[other] { $count } की स्थिति “हल” नहीं है, इसलिए वैसे ही रहेंगे
}
bulk-skip-new = { $count ->
    [one] { $count } वैसा ही रहेगा: टिकट केवल दर्ज होते समय “नया” होता है
   *[other] { $count } वैसे ही रहेंगे: टिकट केवल दर्ज होते समय “नया” होता है
}
bulk-skip-reopen = { $count ->
    [one] { $count } हल या बंद हो चुका है: पहले उसे फिर खोलें
   *[other] { $count } हल या बंद हो चुके हैं: पहले उन्हें फिर खोलें
}
bulk-skip-needs-technician = { $count ->
    [one] { $count } में कोई तकनीशियन नहीं है, जो “तकनीशियन भेजा गया” के लिए ज़रूरी है
   *[other] { $count } में कोई तकनीशियन नहीं है, जो “तकनीशियन भेजा गया” के लिए ज़रूरी है
}
bulk-skip-keeps-technician = { $count ->
    [one] { $count } पर तकनीशियन भेजा जा चुका है और वही रहेगा
   *[other] { $count } पर तकनीशियन भेजे जा चुके हैं और वही रहेंगे
}
bulk-skip-technician-gone = { $count ->
    [one] { $count } ऐसे तकनीशियन को नहीं सौंपा जा सकता जो अब उपलब्ध नहीं है
   *[other] { $count } ऐसे तकनीशियन को नहीं सौंपे जा सकते जो अब उपलब्ध नहीं है
}
bulk-same = { $count ->
    [one] { $count } पहले से ऐसा ही है
   *[other] { $count } पहले से ऐसे ही हैं
}
bulk-gone = { $count ->
    [one] { $count } नहीं मिला
   *[other] { $count } नहीं मिले
}
bulk-done = { $total } में से { $count } टिकटों में बदलाव किया गया
bulk-sms-queued = { $count ->
    [one] { $count } SMS भेजा जा रहा है।
   *[other] { $count } SMS भेजे जा रहे हैं।
}
bulk-again = इन्हें फिर देखें
bulk-undone = { $count ->
    [one] वापस लिया गया। { $count } टिकट फिर पहले जैसा है और कोई SMS नहीं जाएगा।
   *[other] वापस लिया गया। { $count } टिकट फिर पहले जैसे हैं और कोई SMS नहीं जाएगा।
}
bulk-undo-late = { $count ->
    [one] { $count } टिकट के लिए वापस लेने का समय बीत चुका है।
   *[other] { $count } टिकटों के लिए वापस लेने का समय बीत चुका है।
}

# माँगी गई बात में क्या ग़लत है
bulk-bad-status = छह स्थितियों में से एक चुनें।
bulk-bad-priority = चार प्राथमिकताओं में से एक चुनें।
bulk-bad-technician = चालू खाते वाला तकनीशियन चुनें, या “कोई नहीं”।
bulk-bad-nothing = टिकटों के साथ क्या करना है, यह चुनें।
bulk-bad-list = इन टिकटों की सूची अब पढ़ी नहीं जा सकती। उसे फिर खोलें।
bulk-none = पहले सूची से कुछ टिकट चुनें।
bulk-look-again = पहले टिकट फिर देखें।
bulk-too-many = एक बार में ज़्यादा से ज़्यादा { $count } टिकट बदलें।
bulk-sent-before = यह फ़ॉर्म पहले दूसरे टिकटों के साथ भेजा जा चुका है। पहले उन्हें फिर देखें।
