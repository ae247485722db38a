"""The field types: one file each, holding every facet of one type.

A type returns data (columns, validators, names of widgets and cells), never HTML and never addresses.
Nowhere else does code ask for the type of a field; it asks the type.
"""

from hanok.engine.fields.address import AddressType
from hanok.engine.fields.auto_number import AutoNumber
from hanok.engine.fields.barcode import Barcode
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.boolean import Boolean
from hanok.engine.fields.choice import OneOf
from hanok.engine.fields.choices import Choices
from hanok.engine.fields.color import Color
from hanok.engine.fields.date import Date
from hanok.engine.fields.datetime import DateTime
from hanok.engine.fields.decimal import Decimal
from hanok.engine.fields.duration import Duration
from hanok.engine.fields.email import Email
from hanok.engine.fields.emails import Emails
from hanok.engine.fields.encrypted import Encrypted
from hanok.engine.fields.field import Cell, Choice, Counter, Field, Labels, Linked, Part, Widget, in_language
from hanok.engine.fields.file import File
from hanok.engine.fields.files import Files
from hanok.engine.fields.float import Float
from hanok.engine.fields.geo_point import GeoPointType
from hanok.engine.fields.icon import Icon
from hanok.engine.fields.image import Image
from hanok.engine.fields.integer import Integer
from hanok.engine.fields.json import JsonType
from hanok.engine.fields.lines import Line, Lines
from hanok.engine.fields.link import Link
from hanok.engine.fields.links import Links, Tie
from hanok.engine.fields.long_text import LongText
from hanok.engine.fields.money import MoneyType
from hanok.engine.fields.percent import Percent
from hanok.engine.fields.period import PeriodType
from hanok.engine.fields.person_name import PersonNameType
from hanok.engine.fields.phone import Phone
from hanok.engine.fields.phones import Phones
from hanok.engine.fields.radio import Radio
from hanok.engine.fields.rating import Rating
from hanok.engine.fields.recurrence import RecurrenceType
from hanok.engine.fields.rich_text import RichText
from hanok.engine.fields.signature import Signature
from hanok.engine.fields.team import Team
from hanok.engine.fields.text import Text
from hanok.engine.fields.time import Time
from hanok.engine.fields.url import Url
from hanok.engine.fields.user import User
from hanok.engine.fields.uuid import Uuid

#: Every type there is: a new one is a new file and one more name here.
BUILT_IN: tuple[type[FieldType], ...] = (
    Text,
    LongText,
    RichText,
    Integer,
    Decimal,
    MoneyType,
    Percent,
    Float,
    Rating,
    Boolean,
    AutoNumber,
    OneOf,
    Choices,
    Radio,
    Color,
    Icon,
    Date,
    DateTime,
    Time,
    Duration,
    PeriodType,
    RecurrenceType,
    Email,
    Emails,
    Phone,
    Phones,
    Url,
    AddressType,
    PersonNameType,
    GeoPointType,
    Link,
    Links,
    Lines,
    User,
    Team,
    File,
    Files,
    Image,
    Signature,
    Uuid,
    JsonType,
    Barcode,
    Encrypted,
)

__all__ = [
    "BUILT_IN",
    "Cell",
    "Choice",
    "Counter",
    "Field",
    "FieldType",
    "Labels",
    "Line",
    "Linked",
    "Part",
    "Tie",
    "Widget",
    "in_language",
]
