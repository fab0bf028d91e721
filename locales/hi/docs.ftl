# API का वर्णन करने वाले पृष्ठ का ढाँचा। कॉल का वर्णन केवल अंग्रेज़ी में है।
docs-title = API
docs-heading = Redress API
docs-intro = { $header } भेजें। टोकन { $command } से, आपके खाते के पृष्ठ से, या { $call } से मिलता है। बॉडी UTF-8 में JSON होती है। यही सब प्रोग्रामों के लिए दस्तावेज़ के रूप में: { $document }।
docs-trying = यहाँ से कॉल आज़माने पर वह आपके ही लॉग-इन से इस सर्वर को जाती है। यह सचमुच होता है: यहाँ दर्ज किया गया टिकट सच में दर्ज होता है, और ग्राहक को बताया जाता है।
docs-optional = वैकल्पिक
docs-body = बॉडी
docs-send = भेजें
docs-answer-of = { $call } का उत्तर
docs-answers-of = { $call } के उत्तर
docs-status = स्थिति
docs-meaning = अर्थ
docs-records = रिकॉर्ड
docs-fields-of = { $record } के फ़ील्ड
docs-field = फ़ील्ड
docs-type = प्रकार
docs-unsent = भेजा नहीं गया, या कोई जवाब नहीं आया
