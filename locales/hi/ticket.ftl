# टिकट का पृष्ठ, और उस पर की जाने वाली कार्रवाइयों के पृष्ठ।
ticket-copy = संदर्भ { $reference } कॉपी करें
ticket-in-list = सूची में
ticket-place = { $total } में से { $number }
ticket-previous = पिछला टिकट
ticket-next = अगला टिकट
ticket-assign = सौंपें
ticket-reassign = किसी और को सौंपें
ticket-edit = संपादित करें
ticket-change = बदलें
ticket-other-statuses = अन्य स्थितियाँ
ticket-change-status = स्थिति: { $status }। स्थिति बदलें
ticket-change-priority = प्राथमिकता: { $priority }। प्राथमिकता बदलें
ticket-logged = { $who } ने { $when } दर्ज किया
ticket-updated = अपडेट: { $when }
ticket-before = पहले का संदर्भ: { $reference }
ticket-description = क्या हुआ
ticket-note = आंतरिक नोट
ticket-note-example = आंतरिक नोट जोड़ें
ticket-note-hint = नोट केवल आपकी टीम देखती है
ticket-note-short = नोट
ticket-add-note = नोट जोड़ें
ticket-note-tell = ग्राहक को भी भेजें
ticket-optional = वैकल्पिक
ticket-call = कॉल करें
ticket-close = टिकट बंद करें
ticket-reopen = फिर खोलें
ticket-fix = हल हुआ दर्ज करें
ticket-fix-sms = हल हुआ दर्ज करें और SMS भेजें
ticket-fix-ask = हल हुआ दर्ज करें?
ticket-fix-ask-sms = हल हुआ दर्ज करें और SMS भेजें?
ticket-keep-open = खुला रखें
ticket-status-menu = स्थिति बदलें
ticket-priority-menu = प्राथमिकता बदलें
ticket-technician-menu = तकनीशियन को सौंपें
ticket-sends-sms = ग्राहक को SMS जाएगा
ticket-asks-technician = तकनीशियन चुनना होगा
ticket-dispatch-at-once = तकनीशियन तुरंत भेजें
ticket-keeps-technician = तकनीशियन भेजा जा चुका है, इसलिए हटाया नहीं जा सकता
ticket-only-when-logged = केवल दर्ज होते समय
ticket-only-after-fixed = केवल हल होने के बाद
ticket-reopen-first = पहले टिकट फिर खोलें
ticket-facts = ग्राहक और टिकट की जानकारी
ticket-client = ग्राहक
ticket-phone = फ़ोन
ticket-email = ई-मेल
ticket-account = खाता संख्या
ticket-not-given = नहीं दिया गया
ticket-assigned = { $who } ने { $when } सौंपा
ticket-nobody-yet = अभी कोई नहीं
ticket-choose-one = एक चुनें
ticket-dispatch = तकनीशियन भेजें
ticket-dispatch-ask = तकनीशियन भेजें
ticket-sends-below = ग्राहक को नीचे दिया गया SMS जाएगा
ticket-needs-below = तकनीशियन ज़रूरी है, नीचे चुनें

# सूचनाएँ
ticket-fixed = हल हुआ दर्ज किया गया
ticket-fixed-waits = { $count ->
    [one] हल हुआ दर्ज किया गया। SMS { $count } सेकंड में जाएगा
   *[other] हल हुआ दर्ज किया गया। SMS { $count } सेकंड में जाएगा
}
ticket-already = पहले से “{ $status }” है
ticket-nothing-changed = कुछ नहीं बदला
ticket-now-status = अब स्थिति है: { $status }
ticket-now-assigned = तकनीशियन को सौंपा गया
ticket-now-unassigned = तकनीशियन हटाया गया
ticket-now-priority = अब प्राथमिकता है: { $priority }
ticket-saved = सहेजा गया
ticket-note-added = नोट जोड़ा गया
ticket-undone = वापस लिया गया। स्थिति फिर “{ $status }” है और कोई SMS नहीं जाएगा
ticket-queued-again = संदेश फिर से कतार में है
ticket-still-not = SMS अब भी नहीं भेजा जा सकता

# इतिहास: किसने क्या किया
ticket-history = इतिहास
ticket-show = इतिहास में दिखाएँ
ticket-show-all = सभी
ticket-show-notes = नोट
ticket-show-changes = बदलाव
ticket-event = { $who } ने { $what }
ticket-and = और
ticket-did-log = यह टिकट “{ $status }” स्थिति में दर्ज किया
ticket-did-move = स्थिति “{ $from }” से बदलकर “{ $to }” की
ticket-did-set = स्थिति “{ $to }” की
ticket-did-undo = हल होना वापस लिया: स्थिति फिर “{ $status }” है
ticket-did-assign = { $to } को सौंपा
ticket-did-reassign = { $from } की जगह { $to } को सौंपा
ticket-did-take = { $from } को टिकट से हटाया
ticket-did-technician = तकनीशियन बदला
ticket-did-edit = { $field } को { $from } से बदलकर { $to } किया
ticket-did-rewrite = विवरण फिर से लिखा
ticket-field-name = ग्राहक का नाम
ticket-field-phone = फ़ोन नंबर
ticket-field-email = ई-मेल पता
ticket-field-account = खाता संख्या
ticket-field-issue = समस्या का प्रकार
ticket-field-priority = प्राथमिकता
ticket-field-other = अन्य जानकारी
ticket-empty = ख़ाली
ticket-said-before = पहले क्या लिखा था
ticket-noted = { $who } ने नोट जोड़ा
ticket-no-notes = अभी कोई नोट नहीं।
ticket-no-sms-yet = अभी कोई SMS नहीं।
ticket-nothing-yet = अभी कुछ नहीं।

# इतिहास के SMS
ticket-sms-to = { $what }: { $to }
ticket-sms-queued = SMS कतार में
ticket-sms-sending = SMS भेजा जा रहा है
ticket-sms-sent = SMS भेजा गया
ticket-sms-delivered = SMS पहुँचा
ticket-sms-failed = SMS नहीं पहुँचा
ticket-sms-unknown = SMS शायद नहीं पहुँचा
ticket-sms-suppressed = SMS नहीं भेजा गया
ticket-sms-cancelled = SMS रद्द
ticket-by-queued = { $channel } कतार में
ticket-by-sending = { $channel } भेजा जा रहा है
ticket-by-sent = { $channel } भेजा गया
ticket-by-delivered = { $channel } पहुँचा
ticket-by-failed = { $channel } नहीं पहुँचा
ticket-by-unknown = { $channel } शायद नहीं पहुँचा
ticket-by-suppressed = { $channel } नहीं भेजा गया
ticket-by-cancelled = { $channel } रद्द
ticket-state-queued = कतार में
ticket-state-sending = भेजा जा रहा है
ticket-state-sent = भेजा गया
ticket-state-delivered = पहुँचा
ticket-state-failed = विफल
ticket-state-unknown = अज्ञात
ticket-state-suppressed = नहीं भेजा गया
ticket-state-cancelled = रद्द
ticket-segments = { $count ->
    [one] { $count } खंड
   *[other] { $count } खंड
}
ticket-send-again = फिर भेजें
ticket-sms-recipient = { $to } पर
ticket-problems = { $count ->
    [one] एक समस्या है
   *[other] { $count } समस्याएँ हैं
}
ticket-sent-before = यह फ़ॉर्म पहले दूसरे शब्दों के साथ भेजा जा चुका है। इतिहास देखें, फिर ज़रूरत हो तो दोबारा भेजें।

# शीर्षक, और सभी फ़ील्ड का फ़ॉर्म
ticket-title = { $reference } { $issue }
ticket-ask-title = { $heading }: { $reference }
ticket-edit-title = { $reference } संपादित करें
ticket-edit-heading = टिकट संपादित करें
ticket-edit-sms = “हल” चुनने पर SMS
ticket-edit-sms-only = इस फ़ॉर्म का कोई और बदलाव SMS नहीं भेजता।
ticket-now-empty = (ख़ाली)
ticket-technician-gone = { $name } (अब उपलब्ध नहीं)
ticket-refused = { $status } ({ $why })
ticket-no-such-field = इस फ़ॉर्म में ऐसा कोई फ़ील्ड नहीं है।
ticket-gets = जाते हैं।
ticket-stop = संदेश नहीं चाहिए
ticket-start = फिर से संदेश चाहिए
ticket-stopped = { $when } से संदेश नहीं चाहिए।
ticket-stop-done = दर्ज किया: इस नंबर पर संदेश नहीं जाएँगे
ticket-start-done = दर्ज किया: इस नंबर पर फिर संदेश जाएँगे
ticket-messages = संदेश
