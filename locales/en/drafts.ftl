# What was typed and not sent yet.
drafts-saved = Draft saved { $time }
drafts-restored = Draft from { $time } restored
drafts-waiting = You have a draft from { $time }.
drafts-continue = Continue it
drafts-discard = Discard
drafts-save = Save draft
drafts-kept = Draft saved
drafts-discarded = Draft discarded
drafts-signed-out = You were signed out. What you typed is kept as your draft; sign in to go on.
drafts-signed-out-unsaved = You are signed out and this is not saved. Sign in in another window, then go on here.
drafts-too-long = This is too long to be kept as a draft.
