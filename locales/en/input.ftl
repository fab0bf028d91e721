# Faults of a field, whatever form or call it is in.
input-no-object = Send one JSON object with the fields of the call.
input-no-text = Send this field as text.
input-no-flag = Send true or false.
input-unknown = This call has no such field. Leave it out or correct its name.
input-more-faults = Not listed: { $count } more. Correct these first.
input-control-character = Remove the control character { $code }. Only line breaks and tabs are allowed.
input-too-long = { $count ->
    [one] Shorten this to { $count } character.
   *[other] Shorten this to { $count } characters or fewer.
}
input-of-field = { $field }: { $message }
input-no-numbers = Send an object of whole numbers.
