# जो लिखा गया और अभी भेजा नहीं गया।
drafts-saved = मसौदा { $time } बजे सहेजा गया
drafts-restored = { $time } बजे का मसौदा वापस लाया गया
drafts-waiting = आपका { $time } बजे का एक मसौदा है।
drafts-continue = उसे जारी रखें
drafts-discard = हटाएँ
drafts-save = मसौदा सहेजें
drafts-kept = मसौदा सहेजा गया
drafts-discarded = मसौदा हटाया गया
drafts-signed-out = आप साइन आउट हो गए हैं। आपका लिखा मसौदे में सुरक्षित है; जारी रखने के लिए साइन इन करें।
drafts-signed-out-unsaved = आप साइन आउट हैं और यह सहेजा नहीं गया। दूसरी विंडो में साइन इन करें, फिर यहाँ जारी रखें।
drafts-too-long = यह मसौदे में रखने के लिए बहुत लंबा है।
