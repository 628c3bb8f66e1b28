from django.urls import path

from centrala.recordings import pages

app_name = "recordings"
urlpatterns = [
    path("<uuid:conversation_id>/", pages.part, name="part"),
    path("<uuid:conversation_id>/<str:act>", pages.tell, name="tell"),
    path("sound/<uuid:call_id>.wav", pages.sound, name="sound"),
    path("sound/<uuid:call_id>/peaks", pages.peaks, name="peaks"),
]
