from django.urls import path

from centrala.organization import forgotten, joining, profile, views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("language", views.choose_language, name="language"),
    path("set-up/<str:token>", joining.set_up, name="set-up"),
    path("link/<str:token>", joining.follow, name="link"),
    path("forgot", forgotten.Forgot.as_view(), name="forgot"),
    path("forgot/sent", forgotten.sent, name="forgot-sent"),
    path("forgot/<str:uidb64>/<str:token>", forgotten.Choose.as_view(), name="password_reset_confirm"),
    path("profile", profile.profile, name="profile"),
    path("profile/password", profile.change_password, name="change-password"),
    path("profile/sign-out-everywhere", profile.sign_out_everywhere, name="sign-out-everywhere"),
]
