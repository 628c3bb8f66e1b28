from django.urls import path

from centrala.desk import quick_replies

app_name = "own-quick-replies"
urlpatterns = [
    path("", quick_replies.mine, name="my-quick-replies"),
    path("add/", quick_replies.add_mine, name="add-my-quick-reply"),
    path("<int:reply_id>/", quick_replies.change_mine, name="my-quick-reply"),
    path("<int:reply_id>/delete/", quick_replies.remove_mine, name="delete-my-quick-reply"),
]
