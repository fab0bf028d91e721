# कीबोर्ड शॉर्टकट।
keys-title = कीबोर्ड शॉर्टकट
keys-find = टिकट खोजें
keys-new = नया टिकट
keys-move = अगला, पिछला टिकट
keys-open = पंक्ति खोलें
keys-pick = पंक्ति चुनें
keys-range = कई पंक्तियाँ चुनें
keys-filter = छाँटें
keys-note = नोट जोड़ें
keys-status = स्थिति बदलें
keys-priority = प्राथमिकता बदलें
keys-assign = तकनीशियन को सौंपें
keys-copy = संदर्भ कॉपी करें
keys-save = यह फ़ॉर्म सहेजें
keys-close = बंद करें, हटाएँ
keys-letters = एक अक्षर वाले शॉर्टकट आपकी पसंद में बंद किए जा सकते हैं
keys-shut = बंद करें
