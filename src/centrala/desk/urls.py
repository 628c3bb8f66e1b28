from django.urls import path

from centrala.calls import consulting as asked
from centrala.calls import enquiring
from centrala.calls.blocking import mark_as_spam
from centrala.desk import consulting, dialler, phone, quick_replies, views, work
from centrala.routing import actions

app_name = "desk"
urlpatterns = [
    path("", views.desk, name="home"),
    path("list", views.conversation_list, name="list"),
    path("new", work.start, name="start"),
    path("dial", dialler.dialler, name="dial"),
    path("presence", work.presence, name="presence"),
    path("offers/<int:offer_id>/accept", work.accept, name="accept"),
    path("offers/<int:offer_id>/decline", work.decline, name="decline"),
    path("consultations/<int:asked_id>/accept", consulting.answer, {"act": asked.accept}, name="come"),
    path("consultations/<int:asked_id>/decline", consulting.answer, {"act": asked.decline}, name="not-come"),
    path("consultations/<int:asked_id>/end", consulting.answer, {"act": asked.finish}, name="end-consultation"),
    path("consultations/<int:asked_id>/hand-over", consulting.answer, {"act": asked.hand_over}, name="hand-over"),
    path("enquiries/<uuid:enquiry_id>/end", consulting.answer_outside, {"act": enquiring.finish}, name="end-enquiry"),
    path(
        "enquiries/<uuid:enquiry_id>/hand-over",
        consulting.answer_outside,
        {"act": enquiring.hand_over},
        name="hand-over-outside",
    ),
    path("<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("<uuid:conversation_id>/messages", views.messages, name="messages"),
    path("<uuid:conversation_id>/reply", views.reply, name="reply"),
    path("<uuid:conversation_id>/quick-replies", quick_replies.choices, name="quick-choices"),
    path("<uuid:conversation_id>/note", views.note, name="note"),
    path("<uuid:conversation_id>/talk", phone.talk, name="talk"),
    path("<uuid:conversation_id>/hear/<slug:role>", phone.hear, name="hear"),
    path("<uuid:conversation_id>/consulted", phone.consulted, name="consulted"),
    path("<uuid:conversation_id>/keys", phone.keys, name="keys"),
    path("<uuid:conversation_id>/here", views.here, name="here"),
    path("<uuid:conversation_id>/seen", views.seen, name="seen"),
    path("<uuid:conversation_id>/pick", work.act, {"act": actions.pick}, name="pick"),
    path("<uuid:conversation_id>/set-aside", work.act, {"act": actions.set_aside}, name="set-aside"),
    path("<uuid:conversation_id>/release", work.act, {"act": actions.release}, name="release"),
    path("<uuid:conversation_id>/spam", work.act, {"act": mark_as_spam}, name="spam"),
    path("<uuid:conversation_id>/end", work.act, {"act": actions.end}, name="end"),
    path("<uuid:conversation_id>/close", work.close, name="close"),
    path("<uuid:conversation_id>/wrap-up", work.wrap_up, name="wrap-up"),
    path("<uuid:conversation_id>/transfer", work.transfer, name="transfer"),
    path("<uuid:conversation_id>/consult", consulting.consult, name="consult"),
]
