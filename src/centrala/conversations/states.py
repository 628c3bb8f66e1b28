"""How a conversation may move from state to state, and what it is in each of them.

The database refuses every other move (migration 0015); what is written in sets names the states it moves from.
"""

from centrala.conversations.models import ConversationState

OPEN, ACTIVE, WAITING = ConversationState.OPEN, ConversationState.ACTIVE, ConversationState.WAITING
WRAP_UP, CLOSED = ConversationState.WRAP_UP, ConversationState.CLOSED

MOVES: dict[ConversationState, frozenset[ConversationState]] = {
    OPEN: frozenset({ACTIVE, CLOSED}),  # picked or assigned; the caller hung up
    ACTIVE: frozenset({OPEN, WAITING, WRAP_UP}),  # released, transferred to a queue or agent lost; set aside; ended
    WAITING: frozenset({ACTIVE, OPEN, CLOSED}),  # reopened by an agent; the customer writes; silence for too long
    WRAP_UP: frozenset({CLOSED}),
    CLOSED: frozenset(),
}
