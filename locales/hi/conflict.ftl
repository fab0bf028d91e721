# वह पृष्ठ जहाँ एक टिकट के दो संस्करण साथ-साथ दिखते हैं।
conflict-title = { $reference } के दो संस्करण
conflict-heading = इसी बीच किसी और ने भी यह टिकट बदल दिया
conflict-summary = { $count ->
    [0] अब कोई अंतर नहीं है। एक बार फिर सहेजें
    [one] अभी कुछ सहेजा नहीं गया है: दोनों संस्करणों में से एक चुनें
   *[other] अभी कुछ सहेजा नहीं गया है: { $count } फ़ील्ड के दोनों संस्करणों में से चुनें
}
conflict-by = { $who } ने इसे बदला,
conflict-by-you = आपने इसे दूसरी विंडो में बदला,
conflict-mine = मेरा रखें
conflict-theirs = उनका लें
conflict-typed = आपने जो लिखा
conflict-nothing = ख़ाली
conflict-nobody = कोई नहीं
conflict-note = आपका नोट, जो हर हाल में जोड़ा जाएगा
conflict-also-mine = इसके साथ सहेजा जाएगा, क्योंकि किसी और ने इसे नहीं छुआ: { $fields }
conflict-also-theirs = दूसरों ने बदला, और वैसा ही रखा गया: { $fields }
conflict-save = ये विकल्प सहेजें
conflict-again = फ़ॉर्म पर वापस जाएँ
conflict-cancel = टिकट को जैसा है वैसा छोड़ें
conflict-merged = सहेजा गया। { $who } ने इसी समय जो बदला वह भी रखा गया
conflict-client-name = ग्राहक का नाम
conflict-client-phone = मोबाइल नंबर
conflict-client-email = ई-मेल
conflict-client-account = खाता संख्या
conflict-issue-type = समस्या का प्रकार
conflict-description = क्या हुआ
conflict-priority = प्राथमिकता
conflict-technician = तकनीशियन
conflict-status = स्थिति
conflict-lost = इस फ़ॉर्म का टिकट से संबंध टूट गया है। हर फ़ील्ड जाँचें, फिर दोबारा सहेजें।
