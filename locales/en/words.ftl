# Words that are what they are in every language.
words-verbatim = { $words }

# Times. A day of the month and a year are written as they are.
words-just-now = just now
words-minutes-ago = { $count } min ago
words-hours-ago = { $count } h ago
words-today = Today
words-yesterday = Yesterday
words-day-time = { $day } { $time }
words-today-at = today at { $time }
words-yesterday-at = yesterday at { $time }
words-day-at = { $day } at { $time }
words-date = { $day } { $month }
words-date-year = { $day } { $month } { $year }
words-exact = { $date }, { $time } { $zone }
words-full = { $weekday } { $date }, { $time } { $zone }
words-jan = Jan
words-feb = Feb
words-mar = Mar
words-apr = Apr
words-may = May
words-jun = Jun
words-jul = Jul
words-aug = Aug
words-sep = Sep
words-oct = Oct
words-nov = Nov
words-dec = Dec
words-january = January
words-february = February
words-march = March
words-april = April
words-whole-may = May
words-june = June
words-july = July
words-august = August
words-september = September
words-october = October
words-november = November
words-december = December
words-monday = Monday
words-tuesday = Tuesday
words-wednesday = Wednesday
words-thursday = Thursday
words-friday = Friday
words-saturday = Saturday
words-sunday = Sunday

# Numbers by themselves, and two sentences, one after the other.
words-count = { $count }
words-count-more = { $count }+
words-two = { $first } { $second }
