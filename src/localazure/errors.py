"""Every refusal the emulated services can give, as data."""

from dataclasses import dataclass


class ServiceError(Exception):
    """What a service answers in place of a result. Some put it into an envelope of their own."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers: dict[str, str] = {}
        self.target = ""
        self.inner: Refusal | None = None

    @property
    def body(self) -> dict[str, dict[str, object]]:
        """As most of Azure's services tell it."""
        return {"error": {"code": self.code, "message": self.message}}


@dataclass(frozen=True)
class Refusal:
    """`target` and `inner` are the parts of Communication Services' errors that others do not have."""

    status: int
    code: str
    text: str
    target: str = ""
    inner: "Refusal | None" = None

    def of(self, **values: object) -> ServiceError:
        error = ServiceError(self.status, self.code, self.text.format(**values))
        error.target = self.target.format(**values)
        if self.inner:
            error.inner = Refusal(self.inner.status, self.inner.code, self.inner.text.format(**values))
        return error


NOT_EMULATED = Refusal(501, "NotImplemented", "The local cloud does not emulate {method} {path}.")
OUT_OF_ORDER = Refusal(500, "InternalServerError", "That was ordered at the local cloud's control API.")
NOT_FOUND = Refusal(404, "NotFound", "There is nothing at {path}.")
INVALID_JSON = Refusal(400, "InvalidRequestContent", "The request content is not valid: {reason}")
TOO_LARGE = Refusal(413, "RequestEntityTooLarge", "The request is larger than {limit} bytes.")

# Resource Manager
MISSING_API_VERSION = Refusal(
    400,
    "MissingApiVersionParameter",
    "The api-version query parameter (?api-version=) is required for all requests.",
)
INVALID_API_VERSION = Refusal(
    400, "InvalidApiVersionParameter", "The api-version '{version}' is invalid. It has the form 2025-01-31."
)
NO_TOKEN = Refusal(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
BAD_TOKEN = Refusal(401, "InvalidAuthenticationToken", "The access token is invalid.")
EXPIRED_TOKEN = Refusal(401, "ExpiredAuthenticationToken", "The access token expiry UTC time '{at}' is in the past.")
BAD_AUDIENCE = Refusal(
    401, "InvalidAuthenticationTokenAudience", "The access token has been obtained for wrong audience '{audience}'."
)
FORBIDDEN = Refusal(
    403,
    "AuthorizationFailed",
    "The client '{client}' with object id '{object}' does not have authorization to perform action '{action}' "
    "over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.",
)
# https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states
READ_ONLY_SUBSCRIPTION = Refusal(
    409,
    "ReadOnlyDisabledSubscription",
    "The subscription '{subscription}' is disabled and therefore marked as read only. You cannot perform any write "
    "actions on this subscription until it is re-enabled.",
)
INVALID_FILTER = Refusal(400, "InvalidFilterInQueryString", "Invalid $filter '{filter}' specified in the query string.")
ASSIGNMENT_NOT_FOUND = Refusal(404, "RoleAssignmentNotFound", "The role assignment '{name}' is not found.")
ASSIGNMENT_EXISTS = Refusal(
    409,
    "RoleAssignmentExists",
    "The role assignment already exists. The ID of the existing role assignment is {name}.",
)
ASSIGNMENT_CHANGED = Refusal(
    400,
    "RoleAssignmentUpdateNotPermitted",
    "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
)
INVALID_ASSIGNMENT_ID = Refusal(
    400,
    "InvalidRoleAssignmentId",
    "The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID.",
)
PRINCIPAL_NOT_FOUND = Refusal(
    400,
    "PrincipalNotFound",
    "Principal {principal} does not exist in the directory {tenant}. Check that you have the correct principal ID. If "
    "you are creating this principal and then immediately assigning a role, this error might be related to a "
    "replication delay. In this case, set the role assignment principalType property to a value, such as "
    "ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype",
)
INVALID_PRINCIPAL = Refusal(400, "InvalidPrincipalId", "A valid principal ID must be provided for role assignment.")
INVALID_PRINCIPAL_TYPE = Refusal(
    400,
    "InvalidPrincipalType",
    "The principalType '{kind}' is none that a role can be assigned to.",
)
PRINCIPAL_TYPE = Refusal(
    400,
    "UnmatchedPrincipalType",
    "The PrincipalId '{principal}' has type '{actual}' , which is different from specified PrinciaplType '{asked}'.",
)
ROLE_NOT_FOUND = Refusal(
    404, "RoleDefinitionDoesNotExist", "The specified role definition with ID '{name}' does not exist."
)
ROLE_NAME_TAKEN = Refusal(
    409,
    "RoleDefinitionWithSameNameExists",
    "A custom role with the same name already exists in this directory. Use a different name.",
)
ROLE_IN_USE = Refusal(
    400,
    "RoleDefinitionHasAssignments",
    "There are existing role assignments referencing role (code: RoleDefinitionHasAssignments).",
)
ROLE_BUILT_IN = Refusal(403, "RoleDefinitionUpdateNotPermitted", "The built-in role '{name}' cannot be changed.")
INVALID_ROLE = Refusal(400, "InvalidRoleDefinition", "{reason}")
SUBSCRIPTION_NOT_FOUND = Refusal(404, "SubscriptionNotFound", "The subscription '{subscription}' could not be found.")
GROUP_NOT_FOUND = Refusal(404, "ResourceGroupNotFound", "Resource group '{group}' could not be found.")
RESOURCE_NOT_FOUND = Refusal(
    404,
    "ResourceNotFound",
    "The Resource '{kind}/{name}' under resource group '{group}' was not found. "
    "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
)
PROVIDER_NOT_FOUND = Refusal(404, "InvalidResourceNamespace", "The resource namespace '{namespace}' is invalid.")
NOT_REGISTERED = Refusal(
    409,
    "MissingSubscriptionRegistration",
    "The subscription is not registered to use namespace '{namespace}'. "
    "See https://aka.ms/rps-not-found for how to register subscriptions.",
)
INVALID_GROUP_NAME = Refusal(
    400,
    "InvalidResourceGroup",
    "The provided resource group name '{name}' has these invalid characters or length: a name is up to 90 letters, "
    "digits, underscores, hyphens, periods and parentheses, and ends with no period.",
)
GROUP_MOVED = Refusal(
    409,
    "InvalidResourceGroupLocation",
    "Invalid resource group location. The Resource group already exists in location '{location}'.",
)
LOCATION_NOT_FOR_GROUP = Refusal(
    400,
    "LocationNotAvailableForResourceGroup",
    "The provided location '{location}' is not available for resource group. List of available regions is '{known}'.",
)
LOCATION_NOT_FOR_TYPE = Refusal(
    400,
    "LocationNotAvailableForResourceType",
    "The provided location '{location}' is not available for resource type '{kind}'. List of available regions for the "
    "resource type is '{known}'.",
)
TOO_MANY_TAGS = Refusal(
    400,
    "InvalidTags",
    "Too many tags specified. Requested tag count - '{count}'. Maximum number of tags allowed - '{most}'.",
)
TAG_NAME_CHARACTERS = Refusal(
    400,
    "InvalidTagNameCharacters",
    "The tag names '{name}' have reserved characters '<,>,%,&,\\,?,/' or control characters.",
)
TAG_NAME_TOO_LONG = Refusal(
    400,
    "InvalidTagName",
    "Tag name too large. Following tag name '{name}' exceeded the maximum length. Maximum allowed length for tag name "
    "- '{most}' characters.",
)
TAG_VALUE_TOO_LONG = Refusal(
    400,
    "InvalidTagValueLength",
    "Tag value too large. Following tag value '{value}' exceeded the maximum length. Maximum allowed length for tag "
    "value - '{most}' characters.",
)
INVALID_LINK = Refusal(
    400,
    "LinkedInvalidPropertyId",
    "Property id '{id}' at path '{path}' is invalid. Expect fully qualified resource Id that start with "
    "'/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'.",
)
INVALID_EXPAND = Refusal(400, "InvalidExpandInQueryString", "Invalid $expand '{expand}' specified in the query string.")
LOCATION_REQUIRED = Refusal(400, "LocationRequired", "The location property is required for this definition.")
INVALID_RESOURCE = Refusal(400, "InvalidResource", "{reason}")
NAME_TAKEN = Refusal(409, "NameUnavailable", "The name '{name}' is already in use by another resource.")
WRONG_SUBSCRIPTION = Refusal(
    400,
    "WrongSubscription",
    "The notification hub must be in the same subscription as the communication service",
)
OPERATION_NOT_FOUND = Refusal(404, "NotFound", "The operation '{operation}' could not be found.")

# Event Grid
INVALID_EVENT_GRID = Refusal(400, "InvalidRequest", "{reason}")
SECOND_SYSTEM_TOPIC = Refusal(
    400,
    "InvalidRequest",
    "There is an existing tracked system topic for the given source {source}. "
    "Only one system topic is allowed per source.",
)
WRONG_TOPIC_LOCATION = Refusal(
    400, "InvalidRequest", "System topic's location must match with location of the source resource {source}."
)
SOURCE_CHANGED = Refusal(400, "InvalidRequest", "System topic source cannot be modified.")
EVENT_SUBSCRIPTION_NOT_FOUND = Refusal(404, "ResourceNotFound", "Event subscription doesn't exist.")
TOPIC_TYPE_NOT_FOUND = Refusal(404, "ResourceNotFound", "The topic type {name} does not exist.")
NO_TOPIC_KEY = Refusal(
    401,
    "Unauthorized",
    "Request must contain one of the following authorization signature: aeg-sas-token, aeg-sas-key.",
)
WRONG_TOPIC_KEY = Refusal(401, "Unauthorized", "The request authorization {what} is not authorized for {topic}.")
TOPIC_CLOSED = Refusal(
    403, "Forbidden", "Publish to {topic} by client 127.0.0.1 is rejected due to IpAddress filtering rules."
)
EVENTS_TOO_LARGE = Refusal(413, "RequestEntityTooLarge", "{reason}")
WRONG_EVENT = Refusal(
    400,
    "BadRequest",
    "This resource is configured to receive event in '{schema}' schema. The JSON received does not conform to the "
    "expected schema. {reason}",
)
PART_NOT_EMULATED = Refusal(501, "NotImplemented", "The local cloud does not emulate {what}.")

# Entra: the code is OAuth's, the number at the start of the text is Entra's own.
UNKNOWN_TENANT = Refusal(
    400,
    "invalid_request",
    "AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing "
    "into the correct cloud.",
)
MISSING_PARAMETER = Refusal(
    400, "invalid_request", "AADSTS900144: The request body must contain the following parameter: '{name}'."
)
UNSUPPORTED_GRANT = Refusal(
    400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type '{grant}'."
)
UNKNOWN_CLIENT = Refusal(
    400,
    "unauthorized_client",
    "AADSTS700016: Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen "
    "if the application has not been installed by the administrator of the tenant or consented to by any user in the "
    "tenant. You may have sent your authentication request to the wrong tenant.",
)
NO_CREDENTIAL = Refusal(
    401,
    "invalid_client",
    "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
)
WRONG_SECRET = Refusal(
    401,
    "invalid_client",
    "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
    "value, not the client secret ID, for a secret added to app '{client}'.",
)
EXPIRED_SECRET = Refusal(
    401, "invalid_client", "AADSTS7000222: The provided client secret keys for app '{client}' are expired."
)
INVALID_SCOPE = Refusal(
    400,
    "invalid_scope",
    "AADSTS1002012: The provided value for scope {scope} is not valid. Client credential flows must have a scope "
    "value with /.default suffixed to the resource identifier (application ID URI).",
)
UNKNOWN_RESOURCE = Refusal(
    400,
    "invalid_resource",
    "AADSTS500011: The resource principal named {resource} was not found in the tenant named {tenant}. This can "
    "happen if the application has not been installed by the administrator of the tenant or consented to by any user "
    "in the tenant.",
)
# People's ways in: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
AUTHORIZATION_PENDING = Refusal(
    400,
    "authorization_pending",
    "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
)
SLOW_DOWN = Refusal(
    400, "slow_down", "AADSTS70016: OAuth 2.0 device flow error. Poll no more often than every {seconds} seconds."
)
DEVICE_CODE_EXPIRED = Refusal(
    400,
    "expired_token",
    "AADSTS70020: The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
)
AUTHORIZATION_DECLINED = Refusal(
    400, "authorization_declined", "AADSTS70017: The person declined to sign in to the device."
)
BAD_DEVICE_CODE = Refusal(
    400,
    "bad_verification_code",
    "AADSTS70018: The provided value for the input parameter 'device_code' is not valid.",
)
BAD_USER_CODE = Refusal(400, "bad_verification_code", "AADSTS70018: That code did not work. Check it and try again.")
WRONG_PASSWORD = Refusal(
    400, "invalid_grant", "AADSTS50126: Error validating credentials due to invalid username or password."
)
REDIRECT_MISMATCH = Refusal(
    400,
    "invalid_request",
    "AADSTS50011: The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for "
    "the application '{client}'. Make sure the redirect URI sent in the request matches one added to your application "
    "in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot "
    "this.",
)
UNSUPPORTED_RESPONSE_TYPE = Refusal(
    400, "unsupported_response_type", "AADSTS70005: response_type '{kind}' is not emulated; ask for 'code'."
)
UNSUPPORTED_RESPONSE_MODE = Refusal(
    400,
    "invalid_request",
    "AADSTS70007: '{mode}' is not a supported value of 'response_mode' when requesting a token.",
)
WRONG_CHALLENGE_METHOD = Refusal(400, "invalid_request", "AADSTS50149: Invalid Code_Challenge_method parameter.")
WRONG_CHALLENGE_SIZE = Refusal(400, "invalid_request", "AADSTS501491: Invalid size of Code_Challenge parameter.")
LOGIN_REQUIRED = Refusal(
    400,
    "login_required",
    "AADSTS50058: A silent sign-in request was sent but no user is signed in.",
)
INVALID_CODE = Refusal(400, "invalid_grant", "AADSTS70000: The provided value for the '{name}' parameter is not valid.")
CODE_EXPIRED = Refusal(
    400,
    "invalid_grant",
    "AADSTS70008: The provided authorization code or refresh token has expired due to inactivity. Send a new "
    "interactive authorization request for this user and resource.",
)
CODE_REDEEMED = Refusal(
    400,
    "invalid_grant",
    "AADSTS54005: OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an "
    "existing refresh token.",
)
WRONG_VERIFIER = Refusal(
    400,
    "invalid_grant",
    "AADSTS501481: The Code_Verifier does not match the code_challenge supplied in the authorization request.",
)
WRONG_REPLY_ADDRESS = Refusal(
    400,
    "invalid_grant",
    "AADSTS500112: The reply address '{uri}' does not match the reply address '{known}' provided when requesting "
    "Authorization code.",
)
SEVERAL_RESOURCES = Refusal(
    400,
    "invalid_scope",
    "AADSTS28000: Provided value for the input parameter scope is not valid because it contains more than one "
    "resource. Scope {scope} is not valid.",
)
NO_ASSERTIONS = Refusal(501, "not_implemented", "The local cloud does not emulate client assertions.")

# Graph
GRAPH_NO_TOKEN = Refusal(401, "InvalidAuthenticationToken", "Access token is empty.")
GRAPH_BAD_TOKEN = Refusal(401, "InvalidAuthenticationToken", "Access token validation failure: {reason}.")
GRAPH_FORBIDDEN = Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
GRAPH_NOT_FOUND = Refusal(
    404,
    "Request_ResourceNotFound",
    "Resource '{id}' does not exist or one of its queried reference-property objects are not present.",
)
GRAPH_BAD_REQUEST = Refusal(400, "Request_BadRequest", "{reason}")
GRAPH_PRINCIPAL_EXISTS = Refusal(
    409,
    "Request_MultipleObjectsWithSameKeyValue",
    "The service principal cannot be created, updated, or restored because the service principal name {app} is "
    "already in use.",
)
GRAPH_NO_APPLICATION = Refusal(
    400,
    "Request_BadRequest",
    "The appId '{app}' of the service principal does not reference a valid application object.",
)
GRAPH_UNSUPPORTED_QUERY = Refusal(
    400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified for property '{name}'."
)
GRAPH_BAD_SELECT = Refusal(
    400, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '{name}'."
)
GRAPH_INVALID_PROPERTY = Refusal(400, "Request_BadRequest", "Invalid property '{name}'.")
GRAPH_ENABLED_ROLE = Refusal(
    400,
    "CannotDeleteOrUpdateEnabledEntitlement",
    "Permission (scope or role) cannot be deleted or updated unless disabled first.",
)
GRAPH_DUPLICATE = Refusal(400, "DuplicateValue", "Request contains a property with duplicate values.")
GRAPH_REFERENCE_EXISTS = Refusal(
    400,
    "Request_BadRequest",
    "One or more added object references already exist for the following modified properties: '{name}'.",
)
GRAPH_NO_PERSON = Refusal(400, "Request_BadRequest", "/me request is only valid with delegated authentication flow.")

# Communication Services
DENIED = Refusal(401, "Denied", "Denied by the resource provider. {reason}")
UNSUPPORTED_API_VERSION = Refusal(
    400, "UnsupportedApiVersion", "The resource at '{path}' does not support the API version '{version}'."
)
NOT_YOUR_NUMBER = Refusal(401, "Unauthorized", "The From number does not belong to this resource.")
TOO_MANY_REQUESTS = Refusal(429, "TooManyRequests", "{reason} Try again in {seconds} seconds.")
INVALID_SMS = Refusal(400, "InvalidRequest", "{reason}")
NOT_A_MERGE_PATCH = Refusal(415, "UnsupportedMediaType", "Send the body as Content-Type: application/merge-patch+json.")
NUMBERS_NOT_FOUND = Refusal(404, "NotFound", "Input {name} {value} cannot be found.", target="{target}")
BAD_NUMBERS_REQUEST = Refusal(400, "BadRequest", "{reason}", target="{target}")
NO_CONSENT = Refusal(
    400, "BadRequest", "Consent not provided to not resell the phone numbers", target="isconsentprovided"
)
NO_PHONE_PLANS = Refusal(
    400,
    "InternalError",
    "The server encountered an internal error.",
    inner=Refusal(400, "BadRequest", "We are unable to find phone plans to match your requested capabilities."),
)
INVALID_TELEPHONE_NUMBER = Refusal(
    400,
    "InternalError",
    "The server encountered an internal error.",
    inner=Refusal(400, "BadRequest", "Invalid telephone number '{number}'"),
)
NUMBERS_EXPIRED = Refusal(400, "ReservationExpired", "The phone numbers are no longer on hold.")
NOT_ACTIVE = Refusal(400, "BadRequest", "The reservation is not active.", target="reservationid")
TOO_MANY_NUMBERS = Refusal(429, "TooManyRequests", "The limit of {limit} phone numbers for the tenant is exceeded.")
IDENTITY_NOT_FOUND = Refusal(404, "NotFound", "The identity was not found in this resource.")


def _sip(code: str, text: str) -> Refusal:
    inner = Refusal(422, code, text)
    return Refusal(422, "UnprocessableConfiguration", "One or more request inputs are not valid.", inner=inner)


SIP_EMPTY_PATCH = _sip("EmptyPatch", "Patch with no data provided.")
SIP_INVALID_FQDN = _sip("InvalidTrunkFqdn", "Trunk with an invalid FQDN.")
SIP_INVALID_PORT = _sip("InvalidTrunkSipSignalingPort", "Trunk with an invalid SIP signaling port.")
SIP_INVALID_NAME = _sip("InvalidRouteName", "Route with an invalid name.")
SIP_INVALID_PATTERN = _sip("InvalidRouteNumberPattern", "Route with an invalid number pattern.")
SIP_MISSING_TRUNK = _sip("MissingTrunk", "Route targeting a missing trunk.")
SIP_REPEATED_TRUNK = _sip("RouteWithDuplicatedTrunk", "There is a duplicated trunk in a route.")
SIP_DUPLICATED_ROUTE = _sip("DuplicatedRoute", "There is a duplicated route.")
SIP_TOO_MANY = _sip("TooManyItems", "At most 250 trunks and 250 routes are allowed, and as many trunks of a route.")
SIP_TRUNK_TAKEN = _sip("TrunkInUse", "The trunk belongs to another resource.")
SIP_DOMAIN_IN_USE = _sip("DomainInUse", "The domain of the trunk '{name}' cannot go before it.")
SIP_INVALID_CALLER_ID = _sip("InvalidRouteCallerIdOverride", "Route with a caller ID override that is no E.164 number.")
SIP_INVALID_EXPAND = Refusal(400, "InvalidExpand", "The expand parameter may be 'trunks/health' only.")
SIP_INVALID_TARGET = Refusal(
    400, "InvalidTargetPhoneNumber", "The targetPhoneNumber must be digits, after a plus or not."
)
SIP_DOMAIN_NOT_VERIFIED = _sip("DomainNotVerified", "The domain of the trunk '{name}' is not verified on the resource.")
SIP_UNKNOWN_DOMAIN = _sip("DomainNotVerified", "The domain '{name}' is not verified on the resource.")

# Storage: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
ACCOUNT_NAME = Refusal(
    400,
    "AccountNameInvalid",
    "{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length "
    "and use numbers and lower-case letters only.",
)
ACCOUNT_TAKEN = Refusal(409, "StorageAccountAlreadyTaken", "The storage account named {name} is already taken.")
INVALID_STORAGE = Refusal(400, "InvalidValues", "{reason}")
AUTHENTICATION = Refusal(
    403,
    "AuthenticationFailed",
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly "
    "including the signature.",
    target="{detail}",
)
NO_AUTHENTICATION = Refusal(
    401,
    "NoAuthenticationInformation",
    "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
)
BAD_AUTHENTICATION = Refusal(
    401,
    "InvalidAuthenticationInfo",
    "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
    target="{detail}",
)
KEYS_DISABLED = Refusal(
    403, "KeyBasedAuthenticationNotPermitted", "Key based authentication is not permitted on this storage account."
)
NO_PERMISSION = Refusal(
    403,
    "AuthorizationPermissionMismatch",
    "This request is not authorized to perform this operation using this permission.",
)
WRONG_RESOURCE_TYPE = Refusal(
    403,
    "AuthorizationResourceTypeMismatch",
    "This request is not authorized to perform this operation using this resource type.",
)
WRONG_SERVICE = Refusal(
    403, "AuthorizationServiceMismatch", "This request is not authorized to perform this operation using this service."
)
NO_ACCOUNT = Refusal(404, "ResourceNotFound", "The specified resource does not exist.")
NO_CONTAINER = Refusal(404, "ContainerNotFound", "The specified container does not exist.")
NO_BLOB = Refusal(404, "BlobNotFound", "The specified blob does not exist.")
CONTAINER_EXISTS = Refusal(409, "ContainerAlreadyExists", "The specified container already exists.")
BLOB_EXISTS = Refusal(409, "BlobAlreadyExists", "The specified blob already exists.")
NOT_PUBLIC = Refusal(409, "PublicAccessNotPermitted", "Public access is not permitted on this storage account.")
INVALID_NAME = Refusal(
    400, "InvalidResourceName", "The specified resource name contains invalid characters or has an invalid length."
)
CONDITION_NOT_MET = Refusal(
    412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met."
)
NOT_MODIFIED = Refusal(304, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.")
INVALID_RANGE = Refusal(416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
INVALID_HEADER = Refusal(
    400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format."
)
INVALID_QUERY = Refusal(
    400, "InvalidQueryParameterValue", "Value for one of the query parameters specified in the request URI is invalid."
)
OUT_OF_RANGE = Refusal(
    400,
    "OutOfRangeQueryParameterValue",
    "One of the query parameters specified in the request URI is outside the permissible range.",
)
INVALID_METADATA = Refusal(
    400, "InvalidMetadata", "The metadata specified is invalid. It has characters that are not permitted."
)
METADATA_TOO_LARGE = Refusal(
    400, "MetadataTooLarge", "The size of the specified metadata exceeds the maximum size permitted."
)
MD5_MISMATCH = Refusal(
    400,
    "Md5Mismatch",
    "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
)
INVALID_MD5 = Refusal(400, "InvalidMd5", "The MD5 value specified in the request is invalid.")
INVALID_XML = Refusal(400, "InvalidXmlDocument", "The specified XML is not syntactically valid.")
INVALID_BLOCKS = Refusal(400, "InvalidBlockList", "The specified block list is invalid.")
INVALID_BLOCK = Refusal(400, "InvalidBlobOrBlock", "The specified blob or block content is invalid.")
MISSING_HEADER = Refusal(400, "MissingRequiredHeader", "An HTTP header that is mandatory for this request is missing.")
BODY_TOO_LARGE = Refusal(
    413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit ({limit})."
)

# The control API
INVALID_CONTROL = Refusal(400, "invalid", "{reason}")
NOT_ORDERED = Refusal(404, "not_ordered", "No such trouble is on order.")
NUMBER_TAKEN = Refusal(409, "number_taken", "A resource has that number already.")
UNKNOWN_NUMBER = Refusal(404, "unknown_number", "No resource here owns the number in '{field}'.")
UNKNOWN_TRUNK = Refusal(404, "unknown_trunk", "No resource here has a trunk of that name.")
CROSS_ORIGIN = Refusal(403, "cross_origin", "Pages of other origins may not change the local cloud.")
NOT_JSON = Refusal(415, "not_json", "Send the body as Content-Type: application/json.")
WRONG_HOST = Refusal(421, "wrong_host", "Open the local cloud as localhost or 127.0.0.1.")
