# What is refused: problem documents for programs, and pages for people.
problem-home = Go to the start page
problem-request = If you ask for help, tell this to whoever runs the desk:

# Statuses, as the standard calls them.
problem-bad-request = Bad Request
problem-unauthorized = Unauthorized
problem-forbidden = Forbidden
problem-not-found = Not Found
problem-method-not-allowed = Method Not Allowed
problem-conflict = Conflict
problem-precondition-failed = Precondition Failed
problem-payload-too-large = Payload Too Large
problem-unsupported-media-type = Unsupported Media Type
problem-unprocessable = Unprocessable Entity
problem-too-many-requests = Too Many Requests
problem-internal = Internal Server Error
problem-unavailable = Service Unavailable
problem-error = Error

# What was refused and what to do.
problem-no-address = There is nothing at this address.
problem-no-method = This address does not take that method.
problem-no-page = There is no such page, or it is not there any more.
problem-no-such-page = There is no such page.
problem-not-found-name = There is nothing here by that name.
problem-sign-in = Sign in, or send a valid token in the header Authorization: Bearer TOKEN.
problem-role = Your role does not allow this.
problem-faults = { $count ->
    [one] One field has a fault.
   *[other] { $count } fields have faults.
}
problem-many-faults = More than { $count } fields have faults.
problem-stale = The ticket has changed since the version you sent in If-Match. Look at it as it is now and try again.
problem-too-many = Too many failed tries. Wait { $seconds } seconds and try again.
problem-too-fast = You have sent more requests than one user may. Wait { $seconds } seconds and go on.
problem-overloaded = Too many people are signing in at this moment. Nothing was changed. Try again shortly.
problem-busy = The database cannot take this now. Nothing was changed. Try again shortly.
problem-our-fault = This is our fault. It has been logged. Try again.
problem-too-slow = This took too long and was given up. Look whether it was done before you try again.
problem-other-site = This request came from another site, so it was refused. Send it from our own pages.
problem-send-json = Send the body as JSON, with the header Content-Type: application/json.
problem-not-json = The body is not JSON: line { $line }, column { $column }.
problem-too-large = The body is larger than 1 MiB. Send less.
problem-broken-off = The body broke off. Send it again.
problem-send-form = Send this form from its page.
problem-no-parameter = This call has no such parameter. Leave it out or correct its name.
problem-key-characters = Send 1 to 255 plain characters.
problem-key-used = This key came before with another body. Send each request under a key of its own.
problem-email = Enter one e-mail address, such as name@example.com.
problem-erased = What this request made was erased on request, and is not made again.
problem-scope = This token is good for { $has } only. Use one with the scope { $needs }, made on the account page or by redress token create.
