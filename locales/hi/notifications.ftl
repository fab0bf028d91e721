# SMS का पृष्ठ।
notifications-title = SMS
notifications-which = कौन से SMS
notifications-count = { $count } SMS
notifications-all = सभी
notifications-waiting = प्रतीक्षा में
notifications-state-queued = कतार में
notifications-state-sending = भेजा जा रहा है
notifications-state-sent = भेजा गया
notifications-state-delivered = पहुँचा
notifications-state-failed = विफल
notifications-state-unknown = अज्ञात
notifications-state-suppressed = नहीं भेजा गया
notifications-state-cancelled = रद्द
notifications-kind-created = टिकट दर्ज
notifications-kind-fixed = टिकट हल
notifications-reason-stop = इस नंबर से STOP भेजा गया है
notifications-reason-number = इस नंबर पर SMS नहीं जाते
notifications-reason-gateway = कोई SMS गेटवे नहीं लगा है
notifications-reason-worker-lost = भेजते समय भेजने वाली प्रक्रिया बंद हो गई
notifications-reason-expired = 24 घंटे की समय-सीमा पूरी हो गई
notifications-reason-unreadable = इसका नंबर या टेक्स्ट खोला नहीं जा सकता
notifications-reason-unreported = 72 घंटे में कोई रिपोर्ट नहीं आई
notifications-reason-undeliverable = गेटवे के अनुसार नहीं पहुँचा
notifications-reason-undone = वापस लिया गया
notifications-reason-unreachable = गेटवे से संपर्क नहीं हो पा रहा
notifications-reason-no-answer = गेटवे ने समय पर उत्तर नहीं दिया
notifications-reason-cut = उत्तर से पहले कनेक्शन टूट गया
notifications-reason-log-in = गेटवे हमारा लॉग-इन नहीं मान रहा
notifications-reason-unread = गेटवे के इनकार का कारण पढ़ा नहीं जा सका
notifications-reason-not-routable = इस नंबर तक कोई मार्ग नहीं है
notifications-reason-denied = गेटवे की सूचियों में यह नंबर वर्जित है
notifications-reason-refused = गेटवे ने लेने से मना किया
notifications-reason-not-kannel = यह Kannel का उत्तर नहीं है
notifications-reason-faulty = गेटवे में ख़राबी है
notifications-reason-code = { $reason } ({ $code })
notifications-days = कतार में आए
notifications-from-to = { $from } से { $to } तक
notifications-all-days = सभी दिन दिखाएँ
notifications-ticket = टिकट
notifications-state = स्थिति
notifications-to = किसे
notifications-text = SMS
notifications-queued-at = कतार में आया
notifications-actions = कार्रवाइयाँ
notifications-attempts = { $count } प्रयास
notifications-again = फिर भेजें
notifications-again-all = सभी विफल SMS फिर भेजें
notifications-again-title = विफल SMS फिर भेजें
notifications-again-none = इन दिनों में कोई SMS विफल नहीं हुआ।
notifications-again-ask = { $count ->
    [one] { $count } SMS विफल हुआ है। वह टिकट के अभी के नंबर पर जाएगा।
   *[other] { $count } SMS विफल हुए हैं। हर एक अपने टिकट के अभी के नंबर पर जाएगा।
}
notifications-again-most = सबसे नए { $most } भेजे जाएँगे; बाक़ी के लिए फिर से करें।
notifications-again-help = जिन नंबरों से STOP भेजा गया है या जिन पर SMS नहीं जाते, उन्हें नहीं भेजा जाएगा।
notifications-again-do = { $count } SMS फिर भेजें
notifications-again-done = SMS फिर कतार में है
notifications-again-barred = SMS अब भी नहीं भेजा जा सकता
notifications-again-changed = SMS इस बीच बदल गया, इसलिए उसे छोड़ दिया गया
notifications-again-all-done = { $queued } SMS फिर कतार में, { $barred } नहीं भेजे जा सकते
notifications-back = विफल SMS पर वापस
notifications-pages = पृष्ठ
notifications-newest-first = सबसे नए पहले
notifications-newest = सबसे नए
notifications-older = पुराने
notifications-none = अभी कोई SMS नहीं
notifications-none-help = टिकट दर्ज या हल होने पर ग्राहक को SMS जाता है। हर SMS यहाँ दिखता है और यह भी कि उसका क्या हुआ।
notifications-none-here = यहाँ कोई SMS नहीं
notifications-none-here-help = इन दिनों में इस स्थिति में कोई SMS नहीं है।
notifications-calls = जिन्हें कॉल करना है
notifications-calls-title = जिन्हें कॉल करना है: SMS नहीं पहुँचा
notifications-calls-count = { $count } को कॉल करना है
notifications-calls-help = इन ग्राहकों को पता नहीं कि उनके SMS में क्या लिखा है। इन्हें कॉल करें, फिर “कॉल किया” दबाएँ: यह टिकट पर दर्ज हो जाएगा।
notifications-calls-none = किसी को कॉल नहीं करना है
notifications-calls-none-help = जिस ग्राहक का SMS विफल हो, खो जाए या न भेजा जा सके, वह यहाँ रहता है जब तक कोई कॉल न कर ले।
notifications-called = कॉल किया
notifications-called-done = टिकट पर दर्ज हो गया कि ग्राहक को कॉल किया गया
notifications-called-already = सूची से पहले ही हट चुका है
notifications-called-note = ग्राहक को कॉल किया, क्योंकि SMS नहीं पहुँचा ({ $kind })।
notifications-longest-first = सबसे लंबी प्रतीक्षा पहले
notifications-first = पहला
notifications-next = अगला

# SMS क्यों नहीं जाता, और क्या किया जाए।
notifications-none-to-landline = कोई SMS नहीं जाएगा: यह लैंडलाइन या ऐसा नंबर है जिस पर SMS नहीं आते। ग्राहक का मोबाइल नंबर हो तो टिकट संपादित करें।
notifications-none-after-stop = कोई SMS नहीं जाएगा: इस नंबर से STOP भेजा गया है। ग्राहक को कॉल करें; इसी नंबर से START भेजने पर SMS फिर जाने लगेंगे।
notifications-none-without-gateway = कोई SMS नहीं जाएगा: कोई SMS गेटवे नहीं लगा है। सेटिंग में sms.gateway सेट करें।

# SMS फिर क्यों नहीं भेजा जाता।
notifications-undone = यह SMS अपने बदलाव के साथ वापस ले लिया गया था, इसलिए भेजा नहीं जा सकता।
notifications-waiting-already = यह SMS पहले से भेजे जाने की प्रतीक्षा में है।
notifications-just-changed = यह SMS अभी-अभी बदला है। इसे फिर से देखें।

# हर पृष्ठ की चेतावनी में: गेटवे कब से काम नहीं कर रहा।
notifications-since-today = { $time } बजे
notifications-since-day = { $date } को { $time } बजे
