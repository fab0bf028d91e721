# संदेश टेम्पलेट के पृष्ठ।
templates-tab = टेम्पलेट
templates-title = संदेश टेम्पलेट
templates-help = हर संदेश में क्या लिखा जाता है। जिन शब्दों को किसी ने नहीं बदला, वे मूल शब्द हैं।
templates-event = घटना
templates-language = भाषा
templates-text = टेक्स्ट
templates-takes = आकार
templates-version = संस्करण
templates-version-n = संस्करण { $version }
templates-built-in = मूल शब्द
templates-registered = पंजीकृत
templates-unfit = इसके बाद सेटिंग बदली हैं:
templates-used = उपयोग में
templates-unused = उपयोग में नहीं
templates-unused-help = यह संदेश अभी किसी को नहीं जाता: सेटिंग के अनुसार यह किसी और तरीके से बताया जाता है या बताया ही नहीं जाता, या किसी और भाषा में।
templates-edit-title = { $kind }, { $channel } टेम्पलेट
templates-fault-letter = पहली पंक्ति में विषय लिखें, और उसके नीचे पाठ।
templates-fault-subject = विषय बहुत लंबा है: अधिक से अधिक { $most } अक्षर दें।
templates-fault-subject-free = { $name } लंबा हो सकता है, और स्क्रीन देखने वाला कोई भी इसे पढ़ सकता है। इसे विषय में नहीं, पाठ में रखें।
templates-fault-letter-registered = केवल SMS पंजीकृत होते हैं। आईडी ख़ाली छोड़ें।
templates-test-unset = { $channel } सेट नहीं है
templates-address = ई-मेल पता
templates-letter-help = पहली पंक्ति विषय है। पाठ की जिस पंक्ति के सारे चर ख़ाली हों, वह छोड़ दी जाती है।
templates-subject = विषय
templates-any-length = कोई भी लंबाई
templates-words = संदेश का टेक्स्ट
templates-now-built-in = अभी संदेशों में मूल शब्द जाते हैं।
templates-now-own = अभी संदेशों में संस्करण { $version } जाता है।
templates-older = यह संस्करण { $version } है। फिर से लगाने के लिए इसे सहेजें।
templates-variables = चर
templates-insert = डालें
templates-ref = टिकट का संदर्भ
templates-isp = सेवा प्रदाता का नाम
templates-status = टिकट की स्थिति
templates-registered-at = टिकट दर्ज होने का दिन
templates-resolve-by = जिस दिन तक हल होना चाहिए: उसके sms.resolve_days दिन बाद
templates-issue = ग्राहक के शब्द, जितने आ सकें
templates-issue-type = समस्या का प्रकार
templates-note = डेस्क ग्राहक को जो लिखे, जितना आ सके
templates-registration = पंजीकृत टेम्पलेट (DLT)
templates-registration-help = जहाँ टेम्पलेट पंजीकृत होते हैं, जैसे भारत में, वहाँ तीनों भरें। तब टेक्स्ट अक्षर-अक्षर वही होना चाहिए जो पंजीकृत है, और { "{#var#}" } की जगह चर; ये तीनों हर संदेश के साथ जाते हैं।
templates-ids-kannel = Kannel को ये आईडी नहीं भेजी जातीं: sms.kannel.meta_data में उसके टैग के नाम दें। हेडर भेजने वाले के रूप में जाता है।
templates-ids-http = गेटवे को ये आईडी नहीं भेजी जातीं: sms.http के टेम्पलेट में {"{"}entity_id{"}"} और {"{"}template_id{"}"} रखें।
templates-ids-twilio = Twilio को संदेश के साथ कोई आईडी नहीं भेजी जाती: इन्हें वहाँ अपने खाते में दर्ज करें।
templates-entity = प्रिंसिपल एंटिटी ID
templates-header = हेडर
templates-id = टेम्पलेट ID
templates-unicode = यूनिकोड के रूप में पंजीकृत, टेक्स्ट के रूप में नहीं
templates-caps = हर चर में अधिक से अधिक अक्षर
templates-caps-help = जैसा पंजीकृत है; अक्सर 30। यहाँ संख्या दिए बिना ग्राहक के शब्द पंजीकृत टेम्पलेट में नहीं जाते: समस्या का प्रकार उनके बारे में कम बताता है।
templates-save = नए संस्करण के रूप में सहेजें
templates-check = जाँचें और देखें
templates-cancel = रद्द करें
templates-saved = सहेजा गया। अब से संदेशों में यही जाएगा
templates-reset = मूल शब्द लगाएँ
templates-reset-done = संदेशों में फिर मूल शब्द जाएँगे
templates-stale = इस बीच किसी ने यह टेम्पलेट बदल दिया है। नीचे संस्करण देखें, फिर अपना लगाना हो तो दोबारा सहेजें।
templates-versions = संस्करण
templates-no-versions = मूल शब्द अभी तक किसी ने नहीं बदले।
templates-now = अभी
templates-use-again = फिर लगाएँ
templates-rail = पूर्वावलोकन और जाँच
templates-preview = पूर्वावलोकन
templates-sample = नमूना टिकट
templates-wrong = इसे अभी सहेजा नहीं जा सकता।
templates-cost = प्रति संदेश { $cost }
templates-left = { $count ->
    [one] { $count } इकाई बाक़ी
   *[other] { $count } इकाइयाँ बाक़ी
}
templates-cut = { $count ->
    [one] जगह के लिए नमूने का { $count } अक्षर काटा गया।
   *[other] जगह के लिए नमूने के { $count } अक्षर काटे गए।
}
templates-exact = टेक्स्ट ठीक वैसा ही जाएगा जैसा यहाँ है।
templates-test = जाँच के लिए भेजें
templates-number = मोबाइल नंबर
templates-test-help = ऊपर का संदेश, सहेजा हो या नहीं, आपके गेटवे से जाएगा। इसका ख़र्च किसी भी संदेश जितना है।
templates-mail-test-help = ऊपर का संदेश आपके मेल सर्वर से भेजता है, चाहे वह सहेजा गया हो या नहीं।
templates-whole-issue = ग्राहक के शब्द
templates-whole-note = डेस्क ग्राहक को जो लिखता है
templates-send-test = जाँच भेजें
templates-test-taken = { $gateway } ने ले लिया।
templates-test-not = नहीं गया: { $why }।
templates-test-refused = नहीं गया: यह टेक्स्ट ऐसे नहीं चलेगा। पूर्वावलोकन देखें।
templates-sample-issue = अक्टूबर के बिल में नए प्लान के साथ पुराने प्लान का भी शुल्क है।
templates-sample-note = हो सके तो बिल की फ़ोटो भेजें।

# टेम्पलेट में क्या ग़लत है, और क्या किया जाए।
templates-fault-empty = लिखें कि संदेश में क्या जाए।
templates-fault-unknown = { $name } नाम का कोई चर नहीं है। सूची में से कोई लें।
templates-fault-unclosed = { $place } पर { "{{" } के बाद { "}}" } नहीं है। उसे बंद करें या हटाएँ।
templates-fault-unopened = { $place } पर { "}}" } से पहले { "{{" } नहीं है। उसे खोलें या हटाएँ।
templates-fault-var = { $place } पर { "{#var#}" } की जगह हमारा कोई चर रखें।
templates-fault-not-here = { $name } इस संदेश में नहीं आ सकता। कोई और चर लें।
templates-fault-twice = { $name } यहाँ एक से ज़्यादा बार है। एक ही को जगह के हिसाब से काटा जा सकता है: बाक़ी हटाएँ।
templates-fault-needed = { $name } लिखें: उसके बिना पता नहीं चलता कि बात किस टिकट की या किस बारे में है।
templates-fault-resolve-by = { "{{resolve_by}}" } के लिए सेटिंग चाहिए: sms.resolve_days में वे दिन दें जिनमें टिकट हल होने चाहिए।
templates-fault-too-long-gsm = { $over ->
    [one] सबसे लंबे मानों के साथ यह { $segments } खंड लेता है, जबकि { $most } की सीमा है। { $over } अक्षर घटाएँ।
   *[other] सबसे लंबे मानों के साथ यह { $segments } खंड लेता है, जबकि { $most } की सीमा है। { $over } अक्षर घटाएँ।
}
templates-fault-too-long-unicode = { $over ->
    [one] सबसे लंबे मानों के साथ यह यूनिकोड में { $segments } खंड लेता है, जबकि { $most } की सीमा है। { $over } अक्षर घटाएँ।
   *[other] सबसे लंबे मानों के साथ यह यूनिकोड में { $segments } खंड लेता है, जबकि { $most } की सीमा है। { $over } अक्षर घटाएँ।
}
templates-fault-free = ग्राहक या डेस्क जो खुलकर लिखे, वह पंजीकृत टेम्पलेट में नहीं जाता। { "{{issue_type}}" } लें, या बताएँ कि { $name } में अधिक से अधिक कितने अक्षर हों।
templates-fault-cap = { $name } में { $length } अक्षर हो सकते हैं (“{ $value }”), जबकि { $cap } की सीमा है। ज़्यादा पंजीकृत कराएँ, या इसे हटाएँ।
templates-fault-value = { $name } का मान “{ $value }” है, जो GSM-7 में नहीं है; टेक्स्ट के रूप में पंजीकृत टेम्पलेट उसी वर्णमाला में होते हैं। इसे हटाएँ, या “यूनिकोड के रूप में पंजीकृत” चुनें।
templates-fault-blanks = { $places } पर एक से ज़्यादा ख़ाली जगह है: वह पंजीकृत रूप में नहीं पहुँचेगी। एक ही छोड़ें।
templates-fault-line = { $places } पर नई पंक्ति है: संदेश एक ही पंक्ति का होता है। वैसा ही पंजीकृत कराएँ, और वहाँ ख़ाली जगह रखें।
templates-fault-changes = { $places } पर { $character }({ $code }) पंजीकृत रूप में नहीं पहुँचेगा। इसे हटाएँ।
templates-fault-outside = { $places } पर { $character }({ $code }) GSM-7 में नहीं है; टेक्स्ट के रूप में पंजीकृत टेम्पलेट उसी वर्णमाला में होते हैं। जैसा पंजीकृत है वैसा लिखें, या “यूनिकोड के रूप में पंजीकृत” चुनें।
templates-fault-outside-plain = { $places } पर { $character }({ $code }) GSM-7 में नहीं है; टेक्स्ट के रूप में पंजीकृत टेम्पलेट उसी वर्णमाला में होते हैं। अगर वैसा ही पंजीकृत है तो { $instead } लिखें, या “यूनिकोड के रूप में पंजीकृत” चुनें।
templates-fault-outside-many = { $characters } GSM-7 में नहीं हैं; टेक्स्ट के रूप में पंजीकृत टेम्पलेट उसी वर्णमाला में होते हैं। “यूनिकोड के रूप में पंजीकृत” चुनें।
templates-fault-id-missing = { $field }: इसे भरें, क्योंकि पंजीकृत टेम्पलेट में तीनों होते हैं।
templates-fault-id = { $field }: केवल अक्षर, अंक, - और _ लिखें।
templates-fault-cap-number = 1 से { $most } तक की पूर्ण संख्या दें।
