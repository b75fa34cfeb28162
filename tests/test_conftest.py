"""The fixtures that other tests rely on do what they say."""

import pytest

from association.accounts.roles import Right
from association.jobs import actions as jobs
from association.jobs.models import Job
from association.jobs.registry import worker_of
from association.parties.models import Seat

from .worker import wait_until


def test_staff_holds_the_rights_of_all_named_roles(staff):
    user = staff("综合处", "编辑")
    assert Right.RATING in user.rights
    assert Right.NEWS in user.rights
    assert Right.DECIDE not in user.rights


def test_firm_user_acts_for_the_party(firm_user, firm_party):
    party = firm_party()
    user = firm_user(party)
    assert list(Seat.objects.live().filter(party=party).values_list("user", flat=True)) == [user.pk]


@pytest.mark.worker
def test_real_worker_takes_what_a_test_queues(real_worker):
    """The worker is another process: it knows no job kind of this test's, so it says that the job failed."""
    with pytest.raises(KeyError):
        worker_of("no-such-kind")
    real_worker.start()
    job = jobs.start("no-such-kind", by=None, title="试验", once_key="test", args={})
    wait_until(lambda: Job.objects.get(pk=job.pk).is_over)
    assert Job.objects.get(pk=job.pk).state == Job.State.FAILED
