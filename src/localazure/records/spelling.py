"""How names, ids and keys may be spelled in a seed file; the descriptions go into its refusals."""

from typing import Annotated

from msgspec import Meta

GUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
Guid = Annotated[str, Meta(pattern=GUID, description="an id in lower case: 8-4-4-4-12 hexadecimal digits")]
Name = Annotated[str, Meta(pattern=r"^\S(.{0,118}\S)?$", description="a name of 1 to 120 characters")]
HostName = Annotated[
    str, Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=249, description="a domain such as contoso.localhost")
]
GroupName = Annotated[
    str,
    Meta(
        pattern=r"^[\w().-]{0,89}[\w()-]$", description="1 to 90 letters, digits, and _ - . ( ), with no dot at the end"
    ),
]
ResourceName = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$", description="1 to 63 letters, digits and hyphens"),
]
AccountName = Annotated[str, Meta(pattern=r"^[a-z0-9]{3,24}$", description="3 to 24 small letters and digits")]
ContainerName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        min_length=3,
        max_length=63,
        description="3 to 63 small letters, digits, and single hyphens between them",
    ),
]
TopicName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{3,128}$", description="3 to 128 letters, digits and hyphens")]
AccessKey = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9+/]{86}==$", description="base64 of 64 bytes, or leave it out and one is made")
]
Concealed = Annotated[
    str, Meta(pattern=r"^[!-~]{8,256}$", description="8 to 256 ASCII characters without spaces, or leave it out")
]
UserName = Annotated[str, Meta(pattern=r"^([a-z0-9._+-]+@[a-z0-9.-]+)?$", description="such as ala@contoso.localhost")]
RoleValue = Annotated[str, Meta(pattern=r"^[!-~]{1,120}$", description="1 to 120 ASCII characters without spaces")]
Uri = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9+.-]*:[!-~]+$", max_length=255, description="an address such as api://hub")
]
Number = Annotated[
    str,
    Meta(
        pattern=r"^(\+[1-9][0-9]{6,14}|[0-9]{5,6})$",
        description="a number such as +18335550100, or a short code of 5 or 6 digits",
    ),
]
CallerId = Annotated[str, Meta(pattern=r"^(\+[1-9][0-9]{6,14})?$", description="a number such as +12065550100")]
Port = Annotated[int, Meta(ge=1, le=65535, description="a port: 1 to 65535")]
RouteName = Annotated[str, Meta(pattern=r"\S", max_length=256, description="a name of 1 to 256 characters")]
NumberPattern = Annotated[
    str, Meta(min_length=1, max_length=1024, description="a regular expression of .NET such as ^\\+1[0-9]{10}$")
]
Country = Annotated[str, Meta(pattern=r"^([A-Z]{2})?$", description="two capital letters such as US")]
SenderName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9 ]{0,10}[A-Za-z][A-Za-z0-9 ]{0,10}$",
        max_length=11,
        description="up to 11 letters and digits, with a letter",
    ),
]
Place = Annotated[str, Meta(pattern=r"^[A-Za-z0-9 ]{3,40}$", description="a place such as westeurope")]
