from django.urls import path

from centrala.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.desk, name="home"),
    path("list", views.conversation_list, name="list"),
    path("<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("<uuid:conversation_id>/messages", views.messages, name="messages"),
    path("<uuid:conversation_id>/reply", views.reply, name="reply"),
    path("<uuid:conversation_id>/seen", views.seen, name="seen"),
]
