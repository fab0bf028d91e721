# ऑडिट इतिहास।
audit-heading = ऑडिट इतिहास
audit-when = कब
audit-who = किसने
audit-what = क्या
audit-about = किस बारे में
audit-none = अभी कुछ नहीं
audit-none-before = इससे पहले कुछ नहीं है
audit-none-text = यहाँ लिखा जाता है कि किसने, क्या, कब और कहाँ से किया।
audit-pages = पृष्ठ
audit-newest-first = सबसे नए पहले
audit-newest = सबसे नए
audit-older = पुराने
audit-export-began = टिकटों का निर्यात शुरू हुआ
audit-export-ended = { $count ->
    [one] { $count } टिकट के बाद निर्यात पूरा हुआ
   *[other] { $count } टिकटों के बाद निर्यात पूरा हुआ
}
audit-export-broken = { $count ->
    [one] { $count } टिकट के बाद निर्यात बीच में रुक गया
   *[other] { $count } टिकटों के बाद निर्यात बीच में रुक गया
}
audit-all-tickets = सभी टिकट
audit-filters = { $filters }
audit-filter = { $name }: { $value }

# फ़िल्टर।
audit-filter-q = खोज
audit-filter-status = स्थिति
audit-filter-priority = प्राथमिकता
audit-filter-issue = समस्या का प्रकार
audit-filter-technician = तकनीशियन
audit-filter-from = कब से
audit-filter-to = कब तक
audit-filter-sort = क्रम
audit-filter-order = क्रम की दिशा

# संदेशों के शब्द।
audit-template-saved = एक संदेश के शब्द बदले गए
audit-template-reset = एक संदेश के मूल शब्द फिर से लगाए गए
audit-template-tried = जाँच का SMS भेजा गया
audit-template-not-taken = जाँच का SMS नहीं गया
audit-template = { $kind }, { $channel }, { $language }
audit-template-version = { $template }: संस्करण { $version }
audit-template-to = { $template }: { $to } पर ख़त्म होने वाले नंबर को
audit-template-at = { $template }: { $to } वाले पते को

# गेटवे, और ग्राहक क्या चाहते हैं।
audit-gateway-tried = जाँच का संदेश भेजा गया
audit-gateway-not-taken = जाँच का संदेश नहीं गया
audit-gateway = { $channel }, { $gateway }
audit-gateway-to = { $channel }, { $gateway }: { $to } पर ख़त्म होने वाले नंबर को
audit-opted-out = दर्ज किया गया कि ग्राहक को और संदेश नहीं चाहिए
audit-opted-in = दर्ज किया गया कि ग्राहक को फिर से संदेश चाहिए
audit-number = { $number } पर ख़त्म होने वाला नंबर

# The keys that data is sealed with.
audit-key-activated = नई डेटा कुंजी काम में आई
audit-key-forgotten = एक डेटा कुंजी हटाई गई
audit-key = कुंजी { $key }
audit-unknown = कुछ ऐसा जो यह संस्करण नहीं जानता
audit-unknown-about = नए संस्करण ने दर्ज किया
audit-unreadable = खोला नहीं जा सकता
audit-unreadable-about = पंक्ति { $row }: यह बदली गई है, या कुंजियाँ दूसरी हैं

# Who was let in, and whom admins changed.
audit-signed-in = साइन इन किया
audit-signed-in-api = एपीआई से साइन इन किया
audit-sign-in-refused = ग़लत पासवर्ड दिया गया
audit-from = { $from } से
audit-from-unknown = अज्ञात पते से
audit-of-from = { $name } के लिए। { $from }
audit-of-what = { $name }: { $what }
audit-user-added = उपयोगकर्ता जोड़ा गया
audit-user-changed = उपयोगकर्ता बदला गया
audit-password-set = पासवर्ड तय किया गया
audit-token-made = एपीआई टोकन बनाया गया
audit-token-revoked = एपीआई टोकन रद्द किया गया
audit-session-ended = सत्र समाप्त किया गया
audit-enabled = फिर साइन इन कर सकते हैं
audit-owner = अब स्वामी हैं
audit-no-owner = अब स्वामी नहीं हैं
audit-disabled = अब साइन इन नहीं कर सकते
audit-no-password = अब पासवर्ड नहीं है
audit-link-made = पासवर्ड चुनने का लिंक बनाया गया
audit-link-invitation = न्योता
audit-link-reset = पासवर्ड बदलना

# Second factors.
audit-factor-added = दूसरा प्रमाण जोड़ा गया
audit-factor-removed = दूसरा प्रमाण हटाया गया
audit-codes-made = नए रिकवरी कोड बनाए गए
audit-codes-ten = पहले वाले अब बेकार हैं
audit-code-used = रिकवरी कोड इस्तेमाल हुआ
audit-codes-left = { $count ->
    [one] { $count } बचा है
   *[other] { $count } बचे हैं
}
audit-factors-reset = एक उपयोगकर्ता के दूसरे प्रमाण हटाए गए
audit-factor-required = बदला गया कि दूसरा प्रमाण किसके लिए ज़रूरी है
audit-factor-refused = ग़लत दूसरा प्रमाण दिया गया

# एकल साइन-इन।
audit-signed-in-provider = एकल साइन-इन से प्रवेश किया
audit-provider-refused = एकल साइन-इन से प्रवेश नहीं दिया गया
audit-identity-linked = एकल साइन-इन का खाता उपयोगकर्ता से जोड़ा गया
audit-provider-signed-out = एकल साइन-इन की सेवा ने उपयोगकर्ता को साइन आउट किया
audit-why-from = { $why }। { $from }
audit-why-no-role = कोई भूमिका नहीं दी गई थी
audit-why-disabled = उपयोगकर्ता रोका गया है
audit-why-taken = ई-मेल पता किसी दूसरे उपयोगकर्ता का है
audit-why-last-admin = आख़िरी एडमिन की भूमिका चली जाती
audit-why-nameless = नाम या ई-मेल पता नहीं मिला
audit-why-unknown = खाते से कोई जाना नहीं जाता

# ग्राहकों का निजी डेटा।
audit-person-exported = { $count ->
    [one] एक ग्राहक का सारा डेटा { $count } टिकट के साथ निर्यात किया गया
   *[other] एक ग्राहक का सारा डेटा { $count } टिकटों के साथ निर्यात किया गया
}
audit-erasure-began = एक ग्राहक का डेटा मिटाना शुरू हुआ
audit-erased = { $count ->
    [one] एक ग्राहक का डेटा { $count } टिकट से मिटाया गया
   *[other] एक ग्राहक का डेटा { $count } टिकटों से मिटाया गया
}
audit-hold-placed = कानूनी रोक लगाई गई
audit-hold-ended = कानूनी रोक हटाई गई
audit-purged = { $count ->
    [one] { $count } रिकॉर्ड अवधि पूरी होने पर मिटाया गया
   *[other] { $count } रिकॉर्ड अवधि पूरी होने पर मिटाए गए
}
audit-rule = सेटिंग { $rule } के अनुसार
audit-whom-client = ग्राहक { $id }
audit-whom-ticket = टिकट { $reference }
audit-whom-account = वह खाता जो टिकट { $reference } में लिखा है
audit-whom-why = { $whom }: { $why }
audit-redacted = टिकटों का निर्यात
audit-redacted-person = एक ग्राहक का सारा डेटा निर्यात किया गया
audit-redacted-about = इसके फ़िल्टर या कारण में एक ऐसे ग्राहक का नाम था जिसका डेटा बाद में मिटाया गया
audit-redacted-read-about = इसके पते या फ़िल्टर में एक ऐसे ग्राहक का नाम था जिसका डेटा बाद में मिटाया गया
# What is shown, and who saw what.
audit-read = निजी जानकारी देखी गई
audit-exported = ऑडिट इतिहास फ़ाइल में ले जाया गया
audit-all = पूरा
audit-file = निर्यात
audit-export-title = ऑडिट इतिहास निर्यात करें
audit-filter-form = छाँटें
audit-anybody = कोई भी
audit-from-day = कब से
audit-to-day = कब तक
audit-show = दिखाएँ
audit-bad-parameter = यह नहीं पूछा जा सकता: who, kind, from, to और before पूछे जा सकते हैं, जैसा दस्तावेज़ में है।
audit-group-changes = देखने को छोड़कर सब
audit-group-access = साइन इन
audit-group-users = उपयोगकर्ता और दूसरे प्रमाण
audit-group-clients = ग्राहक और आयात
audit-group-exports = निर्यात
audit-group-reads = देखना
audit-group-messages = संदेश
audit-group-other = बाक़ी
audit-group-all = सब
audit-signed-out = साइन आउट किया
audit-signed-out-api = एपीआई से साइन आउट किया
audit-sign-in-held = ग़लत कोशिशों के बाद साइन इन रोका गया
audit-staff-bound = अंदर आने के साधन, जैसे थे, कुंजियों से बाँधे गए
audit-staff-bound-users = { $count ->
    [one] एक उपयोगकर्ता
   *[other] { $count } उपयोगकर्ता
}
audit-vouched = बाहर से बदले जाने के बाद मान लिया गया
audit-nobody = कोई अनजान
audit-held-from = { $name } के लिए, { $minutes } मिनट तक। { $from }

# ग्राहक, और उन्हें या टिकटों को लाने वाली फ़ाइलें।
audit-client-added = एक ग्राहक जोड़ा गया
audit-client-changed = एक ग्राहक बदला गया
audit-clients-import-began = ग्राहकों का आयात शुरू हुआ
audit-clients-imported = ग्राहक आयात किए गए
audit-tickets-import-began = टिकटों का आयात शुरू हुआ
audit-tickets-imported = टिकट आयात किए गए
audit-import-rows = { $count ->
    [one] { $count } पंक्ति
   *[other] { $count } पंक्तियाँ
}
audit-import-counts = { $added } जोड़े गए, { $changed } बदले गए, { $refused } नहीं लिए गए
