# किसी भी फ़ॉर्म या कॉल के फ़ील्ड की ग़लतियाँ।
input-no-object = कॉल के फ़ील्ड वाला एक JSON ऑब्जेक्ट भेजें।
input-no-text = यह फ़ील्ड टेक्स्ट के रूप में भेजें।
input-no-flag = true या false भेजें।
input-unknown = इस कॉल में ऐसा कोई फ़ील्ड नहीं है। इसे छोड़ दें या नाम सुधारें।
input-more-faults = { $count } और हैं, जो यहाँ नहीं दिखाई गईं। पहले इन्हें सुधारें।
input-control-character = कंट्रोल कैरेक्टर { $code } हटाएँ। केवल नई पंक्ति और टैब चलते हैं।
input-too-long = { $count ->
    [one] इसे { $count } अक्षर तक छोटा करें।
   *[other] इसे { $count } या कम अक्षरों तक छोटा करें।
}
input-of-field = { $field }: { $message }
input-no-numbers = पूर्ण संख्याओं का एक ऑब्जेक्ट भेजें।
