# अपना खाता।
account-heading = खाता
account-sign-out = साइन आउट करें
account-you = आप
account-new-token = आपका नया टोकन।
account-new-token-text = इसे अभी कॉपी कर लें: यह फिर नहीं दिखाया जाएगा।

# अपनी पसंद, जो इसी ब्राउज़र में रहती है।
account-preferences = आपकी पसंद
account-preferences-save = पसंद सहेजें
account-preferences-saved = आपकी पसंद सहेजी गई
account-choose = इनमें से एक चुनें।
account-theme = थीम
account-theme-system = सिस्टम के अनुसार
account-theme-light = हल्की
account-theme-dark = गहरी
account-density = सूची की पंक्तियाँ
account-density-roomy = दो पंक्तियाँ
account-density-compact = एक पंक्ति
account-language = भाषा
account-language-browser = ब्राउज़र के अनुसार
account-keys = एक अक्षर वाले शॉर्टकट
account-keys-hint = जैसे नए टिकट के लिए N। Ctrl वाले शॉर्टकट हमेशा चलते हैं।
account-keys-on = चालू
account-keys-off = बंद

# पासवर्ड।
account-current-password = अभी का पासवर्ड
account-change-password = पासवर्ड बदलें
account-password-text = इसे बदलने पर आप बाक़ी हर जगह से साइन आउट हो जाएँगे। आपके { $tokens } बने रहेंगे: जो दूसरों को पता हो सकते हैं उन्हें रद्द करें।
account-password-changed = पासवर्ड बदल गया
account-wrong-password = यह आपका अभी का पासवर्ड नहीं है।

# सत्र।
account-sessions = सत्र
account-browser = ब्राउज़र
account-unknown = अज्ञात
account-signed-in = साइन इन
account-last-seen = पिछली गतिविधि
account-this-one = यही वाला
account-end = समाप्त करें
account-end-one = { $when } का सत्र समाप्त करें
account-session-ended = सत्र समाप्त किया गया

# प्रोग्रामों के लिए टोकन।
account-tokens = API टोकन
account-tokens-text = टोकन से कोई प्रोग्राम वह सब या उसका एक हिस्सा कर सकता है जो आप कर सकते हैं। यह केवल एक बार दिखता है, जब बनाया जाता है।
account-created = बनाया गया
account-ends = कब तक
account-never = हमेशा
account-token-ended = समाप्त हो चुका है
account-last-used = पिछला उपयोग
account-not-yet = अभी तक नहीं
account-log-in-token = API से लॉग-इन
account-revoke = रद्द करें
account-revoke-one = { $name } रद्द करें
account-token-name-hint = इसका उपयोग कौन सा प्रोग्राम करेगा
account-token-scope = किस काम के लिए
account-token-scope-hint = प्रोग्राम को जितना चाहिए उससे ज़्यादा न दें
account-scope-tickets-read = टिकट पढ़ना
account-scope-tickets-write = टिकट पढ़ना और बदलना
account-scope-admin = वह सब जो उपयोगकर्ता कर सकता है
account-token-days = कितने दिन चलेगा
account-token-days-hint = हमेशा चलने वाले टोकन के लिए ख़ाली छोड़ें
account-create-token = टोकन बनाएँ
account-token-used = इस फ़ॉर्म से पहले एक टोकन बन चुका है, जो रद्द हो गया या समाप्त हो चुका है। दूसरा बनाने के लिए इसे एक बार फिर भेजें।
account-token-created = टोकन बनाया गया
account-token-revoked = टोकन रद्द किया गया
account-preferences-about = ये इसी ब्राउज़र में रहती हैं, इसका उपयोग जो भी करे।
