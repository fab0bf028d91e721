# जो नहीं हो सका: प्रोग्रामों के लिए दस्तावेज़, लोगों के लिए पृष्ठ।
problem-home = मुख्य पृष्ठ पर जाएँ
problem-request = मदद माँगते समय डेस्क चलाने वाले को यह बताएँ:

# स्थितियों के नाम।
problem-bad-request = अनुरोध समझ में नहीं आया
problem-unauthorized = साइन इन ज़रूरी है
problem-forbidden = अनुमति नहीं है
problem-not-found = पृष्ठ नहीं मिला
problem-method-not-allowed = यहाँ यह नहीं किया जा सकता
problem-conflict = अभी यह नहीं हो सकता
problem-precondition-failed = इस बीच बदल गया है
problem-payload-too-large = बहुत बड़ा है
problem-unsupported-media-type = यह प्रारूप नहीं चलता
problem-unprocessable = कुछ फ़ील्ड ठीक नहीं हैं
problem-too-many-requests = बहुत बार कोशिश हुई
problem-internal = हमारी ओर से गड़बड़ी हुई
problem-unavailable = अभी यह सेवा उपलब्ध नहीं है
problem-error = त्रुटि

# क्या नहीं हुआ और अब क्या करें।
problem-no-address = इस पते पर कुछ नहीं है।
problem-no-method = यह पता इस तरह का अनुरोध नहीं लेता।
problem-no-page = ऐसा कोई पृष्ठ नहीं है, या वह अब नहीं रहा।
problem-no-such-page = ऐसा कोई पृष्ठ नहीं है।
problem-not-found-name = इस नाम से यहाँ कुछ नहीं है।
problem-sign-in = साइन इन करें, या Authorization: Bearer TOKEN हेडर में सही टोकन भेजें।
problem-role = आपकी भूमिका में इसकी अनुमति नहीं है।
problem-faults = { $count ->
    [one] { $count } फ़ील्ड में ग़लती है।
   *[other] { $count } फ़ील्ड में ग़लतियाँ हैं।
}
problem-many-faults = { $count } से ज़्यादा फ़ील्ड में ग़लतियाँ हैं।
problem-stale = If-Match में भेजे गए संस्करण के बाद टिकट बदल गया है। उसे अभी जैसा है वैसा देखें और फिर से कोशिश करें।
problem-too-many = बहुत बार ग़लत कोशिश हुई। { $seconds } सेकंड रुकें और फिर कोशिश करें।
problem-too-fast = एक उपयोगकर्ता जितने अनुरोध भेज सकता है, आपने उससे ज़्यादा भेजे हैं। { $seconds } सेकंड रुकें और फिर आगे बढ़ें।
problem-overloaded = इस समय बहुत सारे लोग एक साथ साइन इन कर रहे हैं। कुछ नहीं बदला गया। थोड़ी देर में फिर कोशिश करें।
problem-busy = डेटाबेस अभी यह काम नहीं कर सकता। कुछ नहीं बदला गया। थोड़ी देर में फिर कोशिश करें।
problem-our-fault = यह हमारी ग़लती है। इसे दर्ज कर लिया गया है। फिर कोशिश करें।
problem-too-slow = इसमें बहुत समय लगा, इसलिए इसे छोड़ दिया गया। फिर कोशिश करने से पहले देखें कि काम हो चुका है या नहीं।
problem-other-site = यह अनुरोध किसी दूसरी साइट से आया, इसलिए स्वीकार नहीं किया गया। इसे हमारे अपने पृष्ठों से भेजें।
problem-send-json = बॉडी JSON में भेजें, Content-Type: application/json हेडर के साथ।
problem-not-json = बॉडी JSON नहीं है: पंक्ति { $line }, स्तंभ { $column }।
problem-too-large = यह 1 एमबी से बड़ा है। कम भेजें।
problem-broken-off = भेजना बीच में रुक गया। फिर से भेजें।
problem-send-form = यह फ़ॉर्म उसके अपने पृष्ठ से भेजें।
problem-no-parameter = इस कॉल में ऐसा कोई पैरामीटर नहीं है। इसे छोड़ दें या नाम सुधारें।
problem-key-characters = 1 से 255 सादे अक्षर भेजें।
problem-key-used = यह कुंजी पहले किसी और बॉडी के साथ आ चुकी है। हर अनुरोध अपनी अलग कुंजी के साथ भेजें।
problem-email = एक ई-मेल पता लिखें (जैसे name@example.com)।
problem-erased = इस अनुरोध से जो बना था उसका डेटा माँग पर मिटाया गया, और वह फिर नहीं बनाया जाता।
problem-scope = यह टोकन केवल { $has } के लिए है। { $needs } वाला टोकन काम में लें, जो खाता पेज पर बनता है।
