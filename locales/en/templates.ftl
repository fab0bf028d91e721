# The pages of message templates.
templates-tab = Templates
templates-title = Message templates
templates-help = What each message says. Words that nobody has changed are those that Redress brings.
templates-event = Event
templates-language = Language
templates-text = Text
templates-takes = Takes
templates-version = Version
templates-version-n = Version { $version }
templates-built-in = Built-in wording
templates-registered = registered
templates-unfit = The settings have changed since:
templates-used = In use
templates-unused = Not in use
templates-unused-help = Nobody gets this message now: the settings send this event in another way or not at all (notify), or in another language (sms.language).
templates-edit-title = { $kind }, { $channel } template
templates-fault-letter = Write the subject in the first line, and the text below it.
templates-fault-subject = The subject is too long: give it at most { $most } characters.
templates-fault-subject-free = { $name } may be long, and is read by whoever sees the screen. Put it into the text, not into the subject.
templates-fault-letter-registered = Only SMS are registered. Leave the ids empty.
templates-test-unset = { $channel } is not set up
templates-address = E-mail address
templates-letter-help = The first line is the subject. A line of the text is left out when all its variables are empty.
templates-subject = Subject
templates-any-length = any length
templates-words = Text of the message
templates-now-built-in = Messages have the built-in wording now.
templates-now-own = Messages have version { $version } now.
templates-older = This is version { $version }. Save it to use it again.
templates-variables = Variables
templates-insert = Insert
templates-ref = The ticket’s reference
templates-isp = The name of the ISP
templates-status = The ticket’s status
templates-registered-at = The day on which the ticket was logged
templates-resolve-by = The day by which it should be resolved: sms.resolve_days after that
templates-issue = The client’s words, cut to what fits
templates-issue-type = The issue type
templates-note = What the desk writes to the client, cut to what fits
templates-registration = Registered template (DLT)
templates-registration-help = Where the country has templates registered, as India does, fill in all three. The text then has to be the registered one, character by character, with the variables in the places of { "{#var#}" }; these ids go with each message.
templates-ids-kannel = Kannel is not told these ids: set sms.kannel.meta_data to the names of its smpp-tlv groups. The header goes as the sender.
templates-ids-http = The gateway is not told these ids: put {"{"}entity_id{"}"} and {"{"}template_id{"}"} into the templates of sms.http.
templates-ids-twilio = Twilio is told no ids with a message: enter them in your account there.
templates-entity = Principal entity ID
templates-header = Header
templates-id = Template ID
templates-unicode = Registered as Unicode, not as text
templates-caps = Characters of each variable at most
templates-caps-help = As registered; commonly 30. The client’s words are not sent in a registered template without a number here: the issue type says less of them.
templates-save = Save as a new version
templates-check = Check and preview
templates-cancel = Cancel
templates-saved = Saved. Messages from now on say so
templates-reset = Use the built-in wording
templates-reset-done = Messages have the built-in wording again
templates-stale = Somebody has changed this template meanwhile. Look at the versions below, then save yours again if it should follow.
templates-versions = Versions
templates-no-versions = Nobody has changed the built-in wording yet.
templates-now = now
templates-use-again = Use again
templates-rail = Preview and test
templates-preview = Preview
templates-sample = sample ticket
templates-wrong = This cannot be saved yet.
templates-cost = { $cost } a message
templates-left = { $count ->
    [one] { $count } unit left
   *[other] { $count } units left
}
templates-cut = { $count ->
    [one] { $count } character of the sample is cut so that it fits.
   *[other] { $count } characters of the sample are cut so that it fits.
}
templates-exact = The text goes out exactly as it stands here.
templates-test = Send a test
templates-number = Mobile number
templates-test-help = Sends the message above, saved or not, by your gateway. It costs as much as any.
templates-mail-test-help = Sends the message above, saved or not, by your mail server.
templates-whole-issue = The client’s words
templates-whole-note = What the desk writes to the client
templates-send-test = Send test
templates-test-taken = { $gateway } took it.
templates-test-not = Not sent: { $why }.
templates-test-refused = Not sent: the text cannot be used as it is. See the preview.
templates-sample-issue = The October bill charges the old plan as well as the new one.
templates-sample-note = Please send us a photo of the bill when you can.

# What is wrong with a template, and what to do.
templates-fault-empty = Write what the message says.
templates-fault-unknown = There is no variable { $name }. Use one of those listed.
templates-fault-unclosed = { "{{" } at { $place } has no { "}}" } after it. Close it or remove it.
templates-fault-unopened = { "}}" } at { $place } has no { "{{" } before it. Open it or remove it.
templates-fault-var = Put one of our variables in the place of { "{#var#}" } at { $place }.
templates-fault-not-here = { $name } cannot stand in this message. Use another variable.
templates-fault-twice = { $name } stands here more than once. Only one of them can be cut to fit: remove the others.
templates-fault-needed = Say { $name }: without it nobody knows which ticket or what this is about.
templates-fault-resolve-by = { "{{resolve_by}}" } needs a setting: set sms.resolve_days to the days in which tickets should be resolved.
templates-fault-too-long-gsm = { $over ->
    [one] With the longest values it takes { $segments } segments, and { $most } is the most. Shorten it by { $over } character.
   *[other] With the longest values it takes { $segments } segments, and { $most } is the most. Shorten it by { $over } characters.
}
templates-fault-too-long-unicode = { $over ->
    [one] With the longest values it takes { $segments } segments in Unicode, and { $most } are the most. Shorten it by { $over } character.
   *[other] With the longest values it takes { $segments } segments in Unicode, and { $most } are the most. Shorten it by { $over } characters.
}
templates-fault-free = What a client or the desk writes freely is not sent in a registered template. Use { "{{issue_type}}" }, or give the characters that { $name } has at most.
templates-fault-cap = { $name } can have { $length } characters (“{ $value }”), and { $cap } are allowed. Register more, or leave it out.
templates-fault-value = { $name } is “{ $value }”, which is not of GSM-7, the alphabet of templates registered as text. Leave it out, or tick “Registered as Unicode”.
templates-fault-blanks = More than one blank at { $places }: they would not arrive as registered. Leave one.
templates-fault-line = A line break at { $places }: a message is one line. Register it so, and put a blank there.
templates-fault-changes = { $character }({ $code }) at { $places } would not arrive as it is registered. Remove it.
templates-fault-outside = { $character }({ $code }) at { $places } is not of GSM-7, the alphabet of templates registered as text. Write it as it is registered, or tick “Registered as Unicode”.
templates-fault-outside-plain = { $character }({ $code }) at { $places } is not of GSM-7, the alphabet of templates registered as text. Write { $instead } if it is registered so, or tick “Registered as Unicode”.
templates-fault-outside-many = { $characters } are not of GSM-7, the alphabet of templates registered as text. Tick “Registered as Unicode”.
templates-fault-id-missing = { $field }: fill this in, as a registered template has all three.
templates-fault-id = { $field }: use letters, digits, - and _ only.
templates-fault-cap-number = Give a whole number from 1 to { $most }.
