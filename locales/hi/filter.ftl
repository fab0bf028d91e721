# सूची के फ़िल्टर, खोज या पते में क्या ग़लत है।
filter-unknown = ऐसा कोई पैरामीटर नहीं है। इनमें से कोई दें: { $names }।
filter-unknown-here = इस कॉल में ऐसा कोई पैरामीटर नहीं है। इसे छोड़ दें।
filter-once = यह पैरामीटर केवल एक बार भेजें।
filter-number = 1 से { $most } तक की पूर्ण संख्या भेजें।
filter-user = किसी उपयोगकर्ता की ID, या कोई नहीं
filter-days-swapped = अंतिम दिन पहले दिन से पहले का है। इन्हें अदल-बदल दें।
filter-no-day = तारीख़ 2026-11-23 की तरह भेजें, या समय के साथ 2026-11-23T09:00:00Z की तरह।
filter-page-or-cursor = पृष्ठ और कर्सर में से केवल एक भेजें।
filter-cursor-of-another = यह कर्सर इस सूची का नहीं है। उन्हीं फ़िल्टरों के साथ पिछले पृष्ठ का nextCursor लें।
filter-cursor-damaged = यह कर्सर ख़राब है।
filter-whole-file = फ़ाइल में हर पंक्ति होती है। इसे छोड़ दें।
filter-search-too-long = { $count ->
    [one] खोज को { $count } अक्षर तक छोटा करें।
   *[other] खोज को { $count } या कम अक्षरों तक छोटा करें।
}
filter-search-too-many = कम शब्दों से खोजें।

# खोज बॉक्स: फ़ील्ड के नाम और उनके बाद के शब्द अंग्रेज़ी में लिखे जाते हैं।
filter-term-status = status: के बाद इनमें से कोई लिखें: { $choices }।
filter-term-priority = priority: के बाद इनमें से कोई लिखें: { $choices }।
filter-term-type = type: के बाद इनमें से किसी का एक शब्द लिखें: { $choices }।
filter-term-day = { $field }: के बाद तारीख़ 2026-11-01 की तरह लिखें।
filter-term-days = { $field }: के बाद एक तारीख़ 2026-11-01 की तरह लिखें, या दो, जैसे 2026-11-01..2026-11-07।
filter-term-phone = phone: के बाद नंबर के अंतिम 4 या अधिक अंक लिखें।
filter-term-tech = tech: के बाद लिखे नाम का कोई तकनीशियन नहीं है। ये हैं: { $names }।
filter-term-tech-none = tech: के बाद लिखे नाम का कोई तकनीशियन नहीं है। अभी कोई तकनीशियन है ही नहीं।

# पैरामीटर, जैसे उनके बारे में कही गई बात में उनका नाम आता है।
filter-name-status = स्थिति
filter-name-issue = समस्या का प्रकार
filter-name-priority = प्राथमिकता
filter-name-technician = तकनीशियन
filter-name-from = दर्ज, इस दिन से
filter-name-to = दर्ज, इस दिन तक
filter-name-search = खोज
filter-name-sort = क्रम
filter-name-order = क्रम की दिशा
filter-name-page = पृष्ठ
filter-name-rows = पंक्तियाँ
filter-name-cursor = कर्सर
