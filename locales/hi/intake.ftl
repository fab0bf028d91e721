# टिकट दर्ज करना: फ़ॉर्म और उसके बगल की जानकारी।
intake-title = नया टिकट
intake-client = ग्राहक
intake-client-hint = नाम, फ़ोन नंबर या खाता संख्या
intake-client-name = ग्राहक का नाम
intake-clients = ग्राहक
intake-found = { $count ->
    [0] कोई ग्राहक नहीं मिला
    [one] { $count } ग्राहक मिला
   *[other] { $count } ग्राहक मिले
}
intake-key-choose = चुनें
intake-key-use = लें
intake-key-close = बंद करें
intake-new-client = नया ग्राहक:
intake-new-client-hint = उनका नंबर ख़ुद लिखें
intake-change-client = बदलें
intake-phone = मोबाइल नंबर
intake-account = खाता संख्या
intake-email = ई-मेल
intake-optional = वैकल्पिक
intake-keep = ग्राहक के रूप में सहेजें
intake-keep-hint = अगली बार के लिए; खाता संख्या ज़रूरी है
intake-keep-needs-account = इस ग्राहक को सहेजने के लिए खाता संख्या लिखें।
intake-check = ग्राहक और SMS जाँचें
intake-matches = मिलते-जुलते ग्राहक
intake-issue-type = समस्या का प्रकार
intake-choose = एक चुनें
intake-what-happened = क्या हुआ?
intake-text-hint = मुख्य बात पहले लिखें।
intake-text-hint-sms = मुख्य बात पहले लिखें। शुरू के शब्द SMS में जाते हैं।
intake-priority = प्राथमिकता
intake-technician = तकनीशियन
intake-technician-and-starting-status = तकनीशियन और शुरुआती स्थिति
intake-technician-and-status = तकनीशियन और स्थिति
intake-nobody-yet = अभी कोई नहीं
intake-nobody = कोई नहीं
intake-starting-status = शुरुआती स्थिति
intake-status = स्थिति
intake-changed-to = इस बीच बदलकर यह हुआ:
intake-save = टिकट दर्ज करें
intake-send = टिकट दर्ज करें और SMS भेजें
intake-cancel = रद्द करें
intake-logged = टिकट { $reference } दर्ज हुआ
intake-sent-before = इस फ़ॉर्म से टिकट पहले ही दर्ज हो चुका है। एक और दर्ज करने के लिए फिर से भेजें।
intake-rail = ग्राहक को क्या मिलेगा
intake-sms = ग्राहक को SMS
intake-sms-to = { $number } पर
intake-no-sms = कोई SMS नहीं भेजा जाएगा।
intake-no-sms-landline = यह लैंडलाइन या ऐसा नंबर है जिस पर SMS नहीं जाता। टिकट फिर भी दर्ज होगा; मोबाइल नंबर पर SMS जाएगा।
intake-no-sms-opted-out = इस नंबर से STOP भेजा गया है। ग्राहक को कॉल करें; इसी नंबर से START भेजने पर SMS फिर मिलने लगेंगे।
intake-no-sms-gateway = कोई SMS गेटवे नहीं लगा है। सेटिंग में sms.gateway सेट करें।
intake-no-sms-abroad = इस नंबर का देश सेटिंग के sms.countries में नहीं है।
intake-no-sms-by-sms = सेटिंग के अनुसार ग्राहकों को नए टिकट की सूचना किसी और तरीके से दी जाती है, या दी ही नहीं जाती।
intake-no-sms-number = { $why }
intake-segments = { $count ->
    [one] { $count } खंड
   *[other] { $count } खंड
}
intake-units = { $room } में से { $used }
intake-cut = { $count ->
    [one] काटा गया: विवरण का आख़िरी { $count } अक्षर नहीं समाता। वह टिकट पर रहेगा।
   *[other] काटा गया: विवरण के आख़िरी { $count } अक्षर नहीं समाते। वे टिकट पर रहेंगे।
}
intake-unicode = “{ $character }” के कारण यूनिकोड में भेजा जाएगा: एक खंड में 160 नहीं, 70 अक्षर।
intake-sms-when = टिकट सहेजते ही भेजा जाएगा। #### की जगह टिकट का अपना कोड आएगा।
intake-sms-rule = SMS में संदर्भ, विवरण के शुरू के शब्द और हाल जानने का तरीक़ा होता है। लैंडलाइन पर, या जिस नंबर से STOP भेजा गया हो उस पर, SMS नहीं जाता। “ग्राहक और SMS जाँचें” से दिखेगा कि SMS कैसा होगा।
intake-recent = हाल के टिकट
intake-open = { $count ->
    [one] इस ग्राहक का { $count } टिकट पहले से खुला है।
   *[other] इस ग्राहक के { $count } टिकट पहले से खुले हैं।
}
intake-same-type = समस्या का प्रकार भी वही है।
intake-note-instead = क्या वहीं नोट जोड़ें?
