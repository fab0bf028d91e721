# The frame of the page that describes the API. The calls themselves are described in English only.
docs-title = API
docs-heading = Redress API
docs-intro = Send { $header }, with a token of { $command }, of your account page, or of { $call }. Bodies are JSON in UTF-8. The same as a document for programs: { $document }.
docs-trying = Trying a call here sends it with your own log-in to this server. It is real: a ticket that is logged here is logged, and its client is told.
docs-optional = optional
docs-body = Body
docs-send = Send
docs-answer-of = Answer of { $call }
docs-answers-of = Answers of { $call }
docs-status = Status
docs-meaning = Meaning
docs-records = Records
docs-fields-of = Fields of { $record }
docs-field = Field
docs-type = Type
docs-unsent = Not sent, or no answer came
