# ई-मेल में क्या कहा जाता है। विषय प्रदाता के नाम से शुरू होता है; पाठ इन्हीं वाक्यों से बनता है।
email-subject = { $isp }: { $about }
email-created-subject = टिकट { $reference } दर्ज है
email-fixed-subject = टिकट { $reference } हल हो गया
email-assigned-subject = टिकट { $reference } आपको सौंपा गया
email-reopened-subject = टिकट { $reference } फिर खुल गया
email-note-subject = टिकट { $reference } के बारे में
email-hello = नमस्ते,
email-created = आपकी शिकायत दर्ज हो गई है। हम देख रहे हैं।
email-fixed = समस्या ठीक कर दी गई है और आपका टिकट हल हो गया है। ऐसा न हो तो कृपया हमें बताएँ।
email-assigned = यह टिकट आपको सौंपा गया है। बाक़ी सब डेस्क पर मिलेगा।
email-reopened = आपका टिकट फिर खुल गया है। हम देख रहे हैं।
email-note = आपके लिए हमारा संदेश:
email-reference = संदर्भ: { $reference }
email-issue = समस्या: { $value }
email-status = स्थिति: { $value }
email-registered = दर्ज होने की तारीख़: { $value }
email-closing = इस बारे में लिखते या फ़ोन करते समय कृपया यह संदर्भ बताएँ।
