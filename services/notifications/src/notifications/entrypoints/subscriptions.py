"""What notifications reacts to, and which timers it knows."""

from collections.abc import Mapping

from movewell.contracts import outcomes as scored
from movewell.contracts import people
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.store.timers import Alarm, Timer
from movewell.store.unit import Unit

from notifications.application import follow_events as follow
from notifications.application.follow_booking import booking_is_over, tell_booking, tell_move
from notifications.application.follow_up import give_up
from notifications.application.send_message import Post
from notifications.domain.message import Message, MessageStatus
from notifications.domain.task import Problem

REACTIONS = {
    scheduled.PlaceOffered: follow.tell_offer,
    scheduled.OfferAccepted: follow.offer_is_over,
    scheduled.OfferDeclined: follow.offer_is_over,
    scheduled.OfferLapsed: follow.offer_is_over,
    scheduled.OfferWithdrawn: follow.offer_is_over,
    scheduled.OfferReturned: follow.offer_is_over,
    scheduled.SessionBooked: tell_booking,
    scheduled.BookingMoved: tell_move,
    scheduled.BookingCancelled: booking_is_over,
    scored.QuestionnaireOpened: follow.tell_questionnaire,
    scored.QuestionnaireAnswered: follow.questionnaire_is_over,
    scored.QuestionnaireClosed: follow.questionnaire_is_over,
    scored.RiskRaised: follow.alert_team,
    said.ReferralSignposted: follow.tell_signpost,
    said.ReferralCancelled: follow.end_correspondence,
    said.ReferralWithdrawn: follow.end_correspondence,
    said.ReferralDischarged: follow.end_correspondence,
    said.ReferralDeclined: follow.end_correspondence,
    said.ReferralErased: follow.end_correspondence,
    people.PersonRegistered: follow.keep_contact,
    people.ContactReplaced: follow.keep_contact,
    people.PersonErased: follow.forget_person,
}


def _no_contact(timer: Timer, unit: Unit) -> None:
    message = unit.get(Message, timer.subject)
    if message.status is MessageStatus.AWAITING_CONTACT:
        give_up(unit, message, Problem.NEVER_CAME)


def alarms(post: Post) -> Mapping[str, Alarm]:
    """The timers: a message is due; a contact did not come."""
    return {"message.sends": Alarm(post.settle, post.write, post.begin), "contact.awaited": Alarm(_no_contact)}
