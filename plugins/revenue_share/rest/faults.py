"""With which HTTP status each fault is told, in one table.

400: what was sent is wrong; of a refusal with a ``field``, that field. 403: not by this person.
404: not there, or not theirs. 409: not now, or against what is there. 503: an operator has to act
first.
"""

from __future__ import annotations

from fairgate_papers import PapersError
from fairgate_rest.problems import Statuses, Words
from fee_payments.exceptions import (
    BankFileError,
    InvalidCsvMapping,
    PaymentsError,
    UnknownBankAccount,
)
from revenue_share import exceptions
from revenue_share.wording_refusals import in_words

STATUSES: Statuses = {
    exceptions.RevenueShareError: 400,
    exceptions.CurrencyNeeded: 400,
    exceptions.InvalidPeriod: 400,
    exceptions.SecondPersonNeeded: 403,
    exceptions.PayoutNotFound: 404,
    exceptions.StatementNotFound: 404,
    exceptions.StepNotFound: 404,
    exceptions.UnknownAdjustment: 404,
    exceptions.AccountRefused: 409,
    exceptions.AdjustmentRefused: 409,
    exceptions.CloseRefused: 409,
    exceptions.DisputeDiffers: 409,
    exceptions.EarlierPeriodOpen: 409,
    exceptions.FactsWaiting: 409,
    exceptions.ExportRefused: 409,
    exceptions.FolderInUse: 409,
    exceptions.KeyReused: 409,
    exceptions.NoRate: 409,
    exceptions.PayoutRefused: 409,
    exceptions.PeriodNotClosed: 409,
    exceptions.PeriodStillOnHold: 409,
    exceptions.RateRefused: 409,
    exceptions.RefundExceedsSale: 409,
    exceptions.RemittanceRefused: 409,
    exceptions.SaleNotBooked: 409,
    exceptions.SaleUncleared: 409,
    exceptions.SumsDiffer: 409,
    exceptions.CarriesDiffer: 503,
    exceptions.FundDiffers: 503,
    exceptions.UnbalancedPosting: 503,
    exceptions.WarehouseUnavailable: 503,
    # What is wrong with a file of a bank.
    PaymentsError: 400,
    # A statement cannot be printed now.
    PapersError: 503,
}

_OURS = (kind for kind in STATUSES if issubclass(kind, exceptions.RevenueShareError))
_OF_BANKS = (PaymentsError, BankFileError, InvalidCsvMapping, UnknownBankAccount)
WORDS: Words = dict.fromkeys((*_OURS, *_OF_BANKS), in_words)
"""What the pages say, too."""
