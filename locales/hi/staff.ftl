# कर्मचारी: साइन इन, शुरुआती सेटअप, उपयोगकर्ता, और उनके फ़ॉर्म की ग़लतियाँ।
staff-sign-in = साइन इन करें
staff-signed-out = साइन आउट हो गया
staff-set-up = पहला एडमिन बनाएँ
staff-set-up-intro = अभी कोई उपयोगकर्ता नहीं है। बाक़ी सबको यही एडमिन जोड़ सकेगा।
staff-welcome = Redress में आपका स्वागत है
staff-users = उपयोगकर्ता
staff-add-user = उपयोगकर्ता जोड़ें
staff-edit-user = उपयोगकर्ता संपादित करें
staff-save = बदलाव सहेजें
staff-cancel = रद्द करें
staff-optional = वैकल्पिक
staff-actions = कार्रवाइयाँ
staff-none = नहीं है
staff-you = आप
staff-problems = { $count ->
    [one] एक समस्या है
   *[other] { $count } समस्याएँ हैं
}

# फ़ील्ड और उनके संकेत।
staff-name = नाम
staff-email = ई-मेल पता
staff-email-hint = वे इसी से साइन इन करते हैं
staff-own-email-hint = आप इसी से साइन इन करते हैं
staff-phone = फ़ोन नंबर
staff-phone-short = फ़ोन
staff-role = भूमिका
staff-role-hint = एडमिन डेस्क चलाते हैं; टिकट तकनीशियनों को सौंपे जाते हैं; लेखापरीक्षक सब देखते हैं और कुछ नहीं बदलते
staff-role-admin = एडमिन
staff-role-technician = तकनीशियन
staff-role-auditor = लेखापरीक्षक
staff-role-owner = स्वामी
staff-owner = स्वामी
staff-owner-hint = स्वामी वह एडमिन है जो उपयोगकर्ता, सेटिंग, कुंजियाँ और कार्रवाई का इतिहास भी सँभालता है। यह केवल एडमिन पर लागू होता है।
staff-owner-yes = हाँ
staff-owner-no = नहीं
staff-password = पासवर्ड
staff-password-hint = 8 या ज़्यादा अक्षर
staff-first-password-hint = ख़ाली छोड़ें तो वे लिंक से ख़ुद पासवर्ड चुनेंगे। आपका चुना पासवर्ड उन्हें पहली बार साइन इन करते समय बदलना होगा।
staff-new-password = नया पासवर्ड
staff-set-password = पासवर्ड लगाएँ
staff-set-password-hint = 8 या ज़्यादा अक्षर। इससे वे हर जगह से साइन आउट हो जाएँगे, और अगली बार साइन इन करते समय उन्हें इसे बदलना होगा।
staff-password-text = नया पासवर्ड लगाने पर वे हर जगह से साइन आउट हो जाएँगे और उनके सभी API टोकन रद्द हो जाएँगे।
staff-code = सेटअप कोड
staff-code-hint = सर्वर के लॉग में, सेटअप कोड वाली पंक्ति में

# कौन साइन इन कर सकता है।
staff-access = पहुँच
staff-enabled = चालू
staff-disabled = रोका गया
staff-enable = चालू करें
staff-disable = रोकें
staff-enable-one = { $name } को चालू करें
staff-disable-one = { $name } को रोकें
staff-enable-user = उपयोगकर्ता को चालू करें
staff-disable-user = उपयोगकर्ता को रोकें
staff-disable-text = रोका गया उपयोगकर्ता हर जगह से साइन आउट हो जाता है, उसके सभी API टोकन रद्द हो जाते हैं, और वह साइन इन नहीं कर सकता। रिकॉर्ड में नाम बना रहता है।
staff-disabled-text = यह उपयोगकर्ता रोका गया है और साइन इन नहीं कर सकता।

# क्या किया गया।
staff-user-added = उपयोगकर्ता जोड़ा गया
staff-user-saved = उपयोगकर्ता सहेजा गया
staff-user-enabled = उपयोगकर्ता चालू किया गया
staff-user-disabled = उपयोगकर्ता रोका गया
staff-password-set = पासवर्ड लगाया गया

# क्या ठीक नहीं है और क्या करें।
staff-name-missing = नाम लिखें।
staff-email-missing = ई-मेल पता लिखें।
staff-email-taken = यह ई-मेल पता किसी दूसरे उपयोगकर्ता का है। इनका अपना पता लिखें।
staff-password-missing = पासवर्ड लिखें।
staff-password-short = { $count } या ज़्यादा अक्षर रखें। पूरा वाक्य याद रखना आसान होता है।
staff-password-common = यह पासवर्ड सबसे आम में से है, जिन्हें सबसे पहले आज़माया जाता है। कोई और चुनें, जैसे तीन-चार शब्द।
staff-password-own = अपना पासवर्ड खाता पृष्ठ पर बदलें, जहाँ मौजूदा पासवर्ड पूछा जाता है।
staff-password-known = ऐसा पासवर्ड चुनें जो न नाम हो, न ई-मेल पता।
staff-role-missing = भूमिका चुनें।
staff-name-admin = एडमिन
staff-name-technician = तकनीशियन
staff-name-auditor = लेखापरीक्षक
staff-own-email-missing = अपना ई-मेल पता लिखें।
staff-own-password-missing = अपना पासवर्ड लिखें।
staff-current-password-missing = अपना अभी का पासवर्ड लिखें।
staff-token-name-missing = लिखें कि टोकन का उपयोग कौन सा प्रोग्राम करेगा।
staff-token-days = 1 से { $most } तक दिनों की संख्या लिखें, या इसे ख़ाली छोड़ दें।
staff-wrong-log-in = ई-मेल पता या पासवर्ड सही नहीं है।
staff-nobody = इस ई-मेल पते और पासवर्ड से कोई चालू खाता नहीं मिला।
staff-code-missing = सर्वर के लॉग से सेटअप कोड लिखें।
staff-code-wrong = यह कोड सही नहीं है। सर्वर के लॉग में सबसे नई शुरुआत से कोड कॉपी करें।
staff-not-oneself = आप अपने आप को नहीं रोक सकते। किसी दूसरे एडमिन से कहें।
staff-last-admin = चालू खाते वाला यह आख़िरी एडमिन है। पहले किसी दूसरे उपयोगकर्ता को एडमिन बनाएँ।
staff-last-owner = चालू खाते वाला यह आख़िरी स्वामी है। पहले किसी दूसरे एडमिन को स्वामी बनाएँ।

# एकल साइन-इन।
staff-or = या
staff-sso = एकल साइन-इन से प्रवेश करें
staff-sso-by = { $name } से साइन इन करें
staff-sso-unreachable = एकल साइन-इन की सेवा जवाब नहीं दे रही है। एक मिनट बाद फिर कोशिश करें, या पासवर्ड हो तो उससे साइन इन करें।
staff-sso-declined = सेवा पर आपका साइन इन नहीं हुआ। फिर कोशिश करें; दोबारा ऐसा हो तो सेवा चलाने वालों से पूछें।
staff-sso-stale = यह साइन-इन किसी दूसरे ब्राउज़र में या बहुत पहले शुरू हुआ था, या इस्तेमाल हो चुका है। नए सिरे से शुरू करें।
staff-sso-unproven = सेवा से जो जवाब आया, उससे आपकी पहचान साबित नहीं होती। नए सिरे से शुरू करें; दोबारा ऐसा हो तो एडमिन को सर्वर के लॉग में कारण मिलेगा।
staff-sso-too-weak = सेवा ने आपकी जाँच काफ़ी कड़ाई से या हाल में नहीं की है। वहाँ से साइन आउट करें, फिर नए सिरे से शुरू करें।
staff-sso-no-role = सेवा ने आपको इस डेस्क पर कोई भूमिका नहीं दी है। सेवा चलाने वालों से भूमिका माँगें।
staff-sso-unknown = इस डेस्क पर आपके इस खाते से कोई नहीं जाना जाता। किसी एडमिन से कहें।
staff-sso-taken = आपके ई-मेल पते वाला उपयोगकर्ता पहले से है और इस खाते से जुड़ा नहीं है। किसी एडमिन से कहें।
staff-sso-nameless = सेवा आपका नाम और सही ई-मेल पता नहीं बताती। सेवा चलाने वालों से कहें।
staff-sso-disabled = आपका उपयोगकर्ता खाता रोका गया है। किसी एडमिन से कहें।
staff-sso-last-admin = सेवा आपको अब एडमिन नहीं मानती, पर यहाँ के आख़िरी एडमिन आप ही हैं। पहले वहाँ किसी और को एडमिन बनवाएँ।
staff-local-closed = यहाँ पासवर्ड से साइन इन नहीं होता। बटन से एकल साइन-इन करें।
staff-signing-out-on = आपको सेवा पर ले जाया जा रहा है, ताकि वहाँ से भी साइन आउट हो जाए।
staff-sign-out-on = सेवा से साइन आउट करें
