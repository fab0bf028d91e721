# ग्राहक अपने डेटा के बारे में क्या माँग सकते हैं, और वह कब तक रखा जाता है।
privacy-heading = निजता
privacy-of-client = निजता
privacy-who = किसी का डेटा
privacy-find = खाता संख्या, संदर्भ या फ़ोन नंबर
privacy-find-hint = ग्राहक अपने सभी टिकटों के साथ मिलता है, संदर्भ से केवल वही टिकट, और नंबर से वह सब जिसमें यह नंबर है।
privacy-find-missing = खाता संख्या, संदर्भ या फ़ोन नंबर लिखें।
privacy-find-none = इससे कुछ नहीं मिला। जाँचें कि सही लिखा है।
privacy-show = दिखाएँ
privacy-kept = क्या रखा गया है
privacy-tickets = { $count ->
    [0] कोई टिकट नहीं
    [one] { $count } टिकट, अपने नोट, इतिहास और संदेशों के साथ
   *[other] { $count } टिकट, अपने नोट, इतिहास और संदेशों के साथ
}
privacy-open = { $count ->
    [one] इनमें से { $count } खुला है
   *[other] इनमें से { $count } खुले हैं
}
privacy-more = { $count ->
    [one] और { $count } पुराना
   *[other] और { $count } पुराने
}
privacy-export = निर्यात
privacy-export-text = उनका रखा हुआ सारा डेटा एक फ़ाइल में, कर्मचारियों के नामों के बिना। देने से पहले पढ़ लें: नोट में दूसरों के नाम हो सकते हैं।
privacy-export-do = निर्यात करके डाउनलोड करें
privacy-reason = कारण
privacy-reason-hint = ऑडिट इतिहास के लिए, जो बना रहता है: यहाँ किसी का नाम न लिखें।
privacy-reason-missing = कारण लिखें, जैसे अनुरोध की संख्या।
privacy-holds = कानूनी रोक
privacy-holds-none = कोई रोक लागू नहीं है।
privacy-hold-text = जिस पर रोक है, वह रोक हटने तक न मिटाया जा सकता है और न अवधि पूरी होने पर मिटता है।
privacy-hold-of = किस पर
privacy-hold-client = एक ग्राहक
privacy-hold-by = किसने लगाई
privacy-hold-place = रोक लगाएँ
privacy-hold-placed = रोक लगाई गई
privacy-hold-end = रोक हटाएँ
privacy-hold-ended = रोक हटाई गई
privacy-hold-number = नंबर का कोई रिकॉर्ड नहीं होता जिस पर रोक लगे। रोक ग्राहक या टिकट पर लगाएँ।
privacy-hold-account = इस खाते का कोई ग्राहक नहीं है। रोक इसके टिकटों पर लगाएँ।
privacy-held = { $count ->
    [one] कानूनी रोक के कारण यह मिटाया नहीं जा सकता: { $reason }। पहले रोक हटाएँ।
   *[other] { $count } कानूनी रोकों के कारण यह मिटाया नहीं जा सकता, पहली का कारण: { $reason }। पहले इन्हें हटाएँ।
}
privacy-until = कब तक
privacy-until-ended = हटाए जाने तक
privacy-until-wrong = आज या उसके बाद का दिन लिखें, जैसे 2027-12-31।
privacy-name-one = accountId, ticket और phone में से कोई एक बताएँ।
privacy-erase = मिटाएँ
privacy-erase-text = हमेशा के लिए: नाम, नंबर, पते, विवरण, नोट और संदेशों के पाठ। टिकट अपने संदर्भ, प्रकार, स्थिति और समय के साथ बने रहते हैं। इसे कोई वापस नहीं ला सकता।
privacy-erase-open = { $count ->
    [one] { $count } टिकट अभी खुला है। ग्राहक के डेटा के बिना इसके बारे में किसी से संपर्क नहीं हो सकेगा।
   *[other] { $count } टिकट अभी खुले हैं। ग्राहक के डेटा के बिना इनके बारे में किसी से संपर्क नहीं हो सकेगा।
}
privacy-erase-held = कानूनी रोक लागू है, इसलिए कुछ मिटाया नहीं जा सकता। पहले रोक हटाएँ।
privacy-erase-do = हमेशा के लिए मिटाएँ
privacy-erased = मिटाया गया: { $tickets ->
    [one] { $tickets } टिकट
   *[other] { $tickets } टिकट
} और { $messages ->
    [one] { $messages } संदेश
   *[other] { $messages } संदेश
} बिना किसी निजी डेटा के बने रहेंगे
privacy-confirm = पुष्टि
privacy-confirm-client = खाता संख्या { $account } या ग्राहक का नाम लिखें।
privacy-confirm-ticket = संदर्भ { $reference } लिखें।
privacy-confirm-number = नंबर एक बार और लिखें।
privacy-confirm-missing = जो माँगा गया है वह लिखें।
privacy-confirm-other = यह कुछ और है। ठीक वही लिखें जो माँगा गया है।
privacy-retention = अवधि पूरी होने पर क्या मिटता है
privacy-retention-text = हर घंटे, सेटिंग के अनुसार। यहाँ जो गिना गया है उसमें से अभी कुछ नहीं मिटा है।
privacy-rule = क्या
privacy-rule-tickets = बंद टिकटों का सारा निजी डेटा
privacy-rule-messages = संदेशों का पाठ और पाने वाला
privacy-rule-inbound = बंद टिकटों पर ग्राहकों का लिखा हुआ
privacy-rule-audit = ऑडिट इतिहास
privacy-after = कितने समय बाद
privacy-after-months = { $count ->
    [one] { $count } महीना
   *[other] { $count } महीने
}
privacy-after-days = { $count ->
    [one] { $count } दिन
   *[other] { $count } दिन
}
privacy-after-years = { $count ->
    [one] { $count } साल
   *[other] { $count } साल
}
privacy-for-ever = हमेशा रखा जाता है
privacy-due = मिटने वाले
privacy-span = सबसे पुराना और सबसे नया
privacy-held-count = { $count ->
    [one] ({ $count } पर रोक)
   *[other] ({ $count } पर रोक)
}
privacy-ticket-erased = इस टिकट का निजी डेटा मिटाया जा चुका है।
privacy-nobody = मिटाया गया
