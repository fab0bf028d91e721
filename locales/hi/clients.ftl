# ग्राहक: सूची, ग्राहक का पृष्ठ, फ़ॉर्म, टिकट दर्ज करने के फ़ॉर्म के विकल्प।
clients-heading = ग्राहक
clients-count = { $count ->
    [one] { $shown } ग्राहक
   *[other] { $shown } ग्राहक
}
clients-add = ग्राहक जोड़ें
clients-edit = ग्राहक संपादित करें
clients-edit-short = संपादित करें
clients-save = बदलाव सहेजें
clients-cancel = रद्द करें
clients-added = ग्राहक जोड़ा गया
clients-saved = ग्राहक सहेजा गया
clients-find = ग्राहक खोजें
clients-find-example = नाम, फ़ोन नंबर या खाता संख्या
clients-search = खोजें
clients-clear = हटाएँ
clients-all = सभी ग्राहक
clients-pages = पृष्ठ
clients-previous = पिछला
clients-next = अगला
clients-range = { $total } में से { $from }–{ $to }
clients-actions = कार्रवाइयाँ
clients-none = अभी कोई ग्राहक नहीं
clients-none-text = इन्हें अपने बिलिंग सिस्टम से आयात करें, या एक-एक करके जोड़ें।
clients-not-found = “{ $q }” से कोई ग्राहक मेल नहीं खाता
clients-not-found-text = नाम के किसी भी शब्द की शुरुआत, पूरा फ़ोन नंबर या उसके अंतिम 4 अंक, खाता संख्या और ई-मेल पता देखा गया। हर शब्द मेल खाना चाहिए।
clients-beyond = इस पृष्ठ पर कुछ नहीं है
clients-beyond-text = सूची इससे पहले समाप्त हो जाती है।
clients-first-page = पहले पृष्ठ पर जाएँ
clients-name = नाम
clients-phone = मोबाइल नंबर
clients-phone-hint = SMS इसी नंबर पर जाते हैं
clients-account = खाता संख्या
clients-account-hint = जैसी आपके बिलिंग सिस्टम में है
clients-email = ई-मेल
clients-plan = प्लान
clients-address = पता
clients-optional = वैकल्पिक
clients-not-given = नहीं दिया गया
clients-kept-since = यहाँ कब से
clients-updated = अपडेट
clients-facts = ग्राहक
clients-new-ticket = इस ग्राहक के लिए नया टिकट
clients-call = कॉल करें
clients-open = खुले टिकट
clients-open-none = कोई खुला टिकट नहीं
clients-open-count = { $count } खुले
clients-history = पिछले टिकट
clients-history-none = कोई पिछला टिकट नहीं
clients-history-more = केवल सबसे नए 200 टिकट दिखाए गए हैं।
clients-reference = संदर्भ
clients-issue = समस्या
clients-status = स्थिति
clients-logged = दर्ज
clients-from-tickets = पिछले टिकटों से
clients-problems = { $count ->
    [one] एक समस्या है
   *[other] { $count } समस्याएँ हैं
}
clients-changed-since = आपके फ़ॉर्म खोलने के बाद किसी ने इस ग्राहक को बदल दिया है। आपका लिखा हुआ सुरक्षित है, और उनका लिखा हुआ पास में दिखाया गया है। अपना रखने के लिए फिर से सहेजें।
clients-sent-before = इस फ़ॉर्म से एक ग्राहक पहले ही जोड़ा जा चुका है। एक और जोड़ने के लिए इसे फिर से भेजें।
clients-now = अब यह है: { $value }
clients-now-empty = अब यह ख़ाली है

# भेजी गई जानकारी में क्या ग़लत है
clients-name-missing = ग्राहक का नाम लिखें।
clients-phone-missing = ग्राहक का फ़ोन नंबर लिखें।
clients-account-missing = खाता संख्या लिखें।
clients-account-taken = यह खाता संख्या किसी और ग्राहक की है।
clients-new-needs = नए ग्राहक के लिए यह ज़रूरी है।
clients-stale = इस बीच किसी ने इस ग्राहक को बदल दिया है।
clients-stale-version = ग्राहक अब If-Match में भेजे गए संस्करण जैसा नहीं है। उसे अभी जैसा है वैसा देखें और फिर से कोशिश करें।
clients-same-moment = ठीक उसी समय किसी ने इस ग्राहक को बदल दिया। फिर से कोशिश करें।
clients-erased-before = इस ग्राहक का डेटा अनुरोध पर मिटाया गया था। जो फिर से ग्राहक बने, उसे ग्राहकों के पेज पर हाथ से जोड़ें।
