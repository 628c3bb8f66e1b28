from django.urls import path

from centrala.transcripts import pages

app_name = "transcripts"
urlpatterns = [
    path("<uuid:conversation_id>/", pages.part, name="part"),
    path("<uuid:conversation_id>/lines", pages.lines, name="lines"),
    path("<uuid:conversation_id>.<slug:kind>", pages.file, name="file"),
    path("<uuid:conversation_id>/<str:act>", pages.tell, name="tell"),
]
