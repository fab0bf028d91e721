# हर पृष्ठ का ढाँचा।
frame-skip = मुख्य सामग्री पर जाएँ
frame-main = मुख्य
frame-desk = डेस्क
frame-clients = ग्राहक
frame-notifications = संदेश
frame-reports = रिपोर्ट
frame-saved-views = सहेजे गए दृश्य
frame-users = उपयोगकर्ता
frame-audit = ऑडिट इतिहास
frame-privacy = निजता
frame-shortcuts = शॉर्टकट
frame-menu = मेनू
frame-find = टिकट खोजें
frame-find-example = फ़ोन, संदर्भ या नाम
frame-new-ticket = नया टिकट
frame-undo = वापस लें
frame-dismiss = हटाएँ
frame-error-title = त्रुटि: { $title }
frame-new-tickets = { $count ->
    [one] { $count } नया टिकट
   *[other] { $count } नए टिकट
}
frame-editing = { $who } इस टिकट को संपादित कर रहे हैं
frame-copied = संदर्भ कॉपी हो गया
frame-copy-refused = यहाँ कॉपी करने की अनुमति नहीं है
frame-leave = यह फ़ॉर्म छोड़ें? आपका लिखा हुआ खो जाएगा।
frame-to-call = जिन्हें कॉल करना है
frame-see-sms = संदेश देखें
frame-no-gateway = कोई SMS गेटवे नहीं लगा है, इसलिए ग्राहकों को SMS नहीं जाते। सेटिंग में sms.gateway सेट करें।
frame-log-in-refused = SMS गेटवे { $since } से हमारा लॉग-इन नहीं मान रहा: { $waiting ->
    [one] { $waiting } SMS प्रतीक्षा में है
   *[other] { $waiting } SMS प्रतीक्षा में हैं
}। गेटवे का उपयोगकर्ता नाम और पासवर्ड ठीक करें।
frame-gateway-failing = SMS गेटवे { $since } से काम नहीं कर रहा ({ $reason }): { $waiting ->
    [one] { $waiting } SMS प्रतीक्षा में है और फिर भेजा जाएगा
   *[other] { $waiting } SMS प्रतीक्षा में हैं और फिर भेजे जाएँगे
}।
frame-channel-refused = { $channel }: गेटवे { $since } से हमारा लॉग-इन नहीं मान रहा, और { $waiting ->
    [one] { $waiting } संदेश प्रतीक्षा में है
   *[other] { $waiting } संदेश प्रतीक्षा में हैं
}। उसकी सेटिंग ठीक करें।
frame-channel-failing = { $channel }: { $since } से काम नहीं कर रहा ({ $reason }): { $waiting ->
    [one] { $waiting } संदेश प्रतीक्षा में है और फिर भेजा जाएगा
   *[other] { $waiting } संदेश प्रतीक्षा में हैं और फिर भेजे जाएँगे
}।
frame-day-spent = एक दिन में जितने SMS जा सकते हैं (sms.per_day) वे { $since } तक भेजे जा चुके: { $waiting ->
    [one] { $waiting } संदेश कल तक रुका है
   *[other] { $waiting } संदेश कल तक रुके हैं
}।
frame-webhook-off = { $since } से कुछ नहीं भेजा जा रहा: { $reason }। उसकी सेटिंग ठीक करें, या redress webhook on से चालू करें।

# साइड बार के दृश्य।
frame-views = दृश्य
frame-my-views = मेरे दृश्य
frame-shared-views = साझा
frame-view-open = खुले टिकट
frame-view-unassigned = बिना तकनीशियन
frame-view-urgent = अति आवश्यक
frame-view-fixed = हल हुए, बंद करने हैं
frame-view-all = सभी टिकट
