# जो हर भाषा में वैसा ही रहता है।
words-verbatim = { $words }

# समय। महीने का दिन और वर्ष जैसे हैं वैसे ही लिखे जाते हैं।
words-just-now = अभी-अभी
words-minutes-ago = { $count } मिनट पहले
words-hours-ago = { $count } घंटे पहले
words-today = आज
words-yesterday = कल
words-day-time = { $day } { $time }
words-today-at = आज { $time } बजे
words-yesterday-at = कल { $time } बजे
words-day-at = { $day } को { $time } बजे
words-date = { $day } { $month }
words-date-year = { $day } { $month } { $year }
words-exact = { $date }, { $time } { $zone }
words-full = { $weekday }, { $date }, { $time } { $zone }
words-jan = जन॰
words-feb = फ़र॰
words-mar = मार्च
words-apr = अप्रैल
words-may = मई
words-jun = जून
words-jul = जुल॰
words-aug = अग॰
words-sep = सित॰
words-oct = अक्तू॰
words-nov = नव॰
words-dec = दिस॰
words-january = जनवरी
words-february = फ़रवरी
words-march = मार्च
words-april = अप्रैल
words-whole-may = मई
words-june = जून
words-july = जुलाई
words-august = अगस्त
words-september = सितंबर
words-october = अक्तूबर
words-november = नवंबर
words-december = दिसंबर
words-monday = सोमवार
words-tuesday = मंगलवार
words-wednesday = बुधवार
words-thursday = गुरुवार
words-friday = शुक्रवार
words-saturday = शनिवार
words-sunday = रविवार

# अकेली संख्याएँ, और एक के बाद एक दो वाक्य।
words-count = { $count }
words-count-more = { $count }+
words-two = { $first } { $second }
