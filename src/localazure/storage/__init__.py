"""Storage accounts and their Blob service: https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api"""
