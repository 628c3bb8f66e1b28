from django.urls import path

from centrala.desk import quick_replies

app_name = "quick-replies"
urlpatterns = [
    path("", quick_replies.everybodys, name="quick-replies"),
    path("add/", quick_replies.add, name="add-quick-reply"),
    path("<int:reply_id>/", quick_replies.change, name="quick-reply"),
    path("<int:reply_id>/delete/", quick_replies.remove, name="delete-quick-reply"),
]
