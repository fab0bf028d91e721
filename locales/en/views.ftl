# Saved views.
views-name = Name
views-share = Share with everyone
views-share-hint = Every admin finds it in the side bar
views-change = Change view
views-shows = Shows
views-save-changes = Save changes
views-delete = Delete
views-delete-ask = Delete this view?
views-delete-do = Delete view
views-keep = Keep it
views-gone = It disappears from your side bar.
views-gone-everywhere = It disappears from every admin's side bar.
views-no-ticket = No ticket is touched.
views-owner-gone = { $name }, who saved it, can no longer do this.
views-none = No saved views yet
views-none-text = Filter or search the tickets, then choose “Save view” above the list.
views-who = Who sees it
views-actions = Actions
views-seen-by = Seen by
views-everyone = Everyone
views-you = You
views-shared-by = Everyone, shared by { $name }
views-saved = View saved
views-changed = View changed
views-unchanged = Nothing changed
views-deleted = View deleted
views-sent-before = This form has been sent before, with other words. Look at your views first.
views-part = { $name } { $values }
views-name-missing = Give the view a name.
views-name-taken = Another of your views has this name. Give this one its own.
views-too-many = { $count ->
    [one] You have { $count } view, and there can be no more. Delete one that you no longer need.
   *[other] You have { $count } views, and there can be no more. Delete one that you no longer need.
}
views-query-missing = Choose a filter, a search or a sort first: a view of all tickets is there already.
views-choose-filter = Choose a filter first.
