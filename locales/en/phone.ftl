# Why a text is no phone number that can be used.
phone-empty = Enter a phone number.
phone-too-much = Enter one phone number only: this text is far too long.
phone-letters = Use digits only: letters cannot stand in a phone number.
phone-extension = Leave out the extension: an SMS cannot reach it.
phone-no-number = Enter one phone number: digits, spaces and hyphens, with + before a country code.
phone-needs-country-code = Begin with + and the country code, for example +44 7700 900123, not with 00.
phone-unknown-country-code = Check the country code: no country has the one given.
phone-too-short = This number is too short for its country: check for missing digits.
phone-local-only = Add the area code: without it this number works only within its area.
phone-too-long = This number is too long for its country: check for extra digits.
phone-wrong-length = No number of this country has that many digits: check for a missing or an extra one.
