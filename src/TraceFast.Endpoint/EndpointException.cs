using System.Net;
using System.Text;

namespace TraceFast.Endpoint;

/// <summary>An endpoint gave no answer. Messages name the address without credentials or query, and never the key.</summary>
public abstract class EndpointException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>An option is invalid: a wrong address, a key with characters that a header may not contain, a limit of zero.</summary>
public sealed class EndpointOptionsException(string message) : EndpointException(message);

/// <summary>
/// The server refuses this client or address whatever the request (401, 403, 404, a redirect): no further call would succeed.
/// </summary>
public sealed class EndpointDeniedException(string message) : EndpointException(message);

/// <summary>The server refuses this one request (400, 413, 422 ...), for example because it is too long; others may be answered.</summary>
public sealed class EndpointRefusedException(string message) : EndpointException(message);

/// <summary>Busy, failing, slow or unreachable, still after the last retry.</summary>
public sealed class EndpointUnavailableException(string message, Exception? inner = null) : EndpointException(message, inner);

/// <summary>The response is not a chat completion: no JSON, other JSON, or more bytes than the limit.</summary>
public sealed class EndpointProtocolException(string message, Exception? inner = null) : EndpointException(message, inner)
{
    /// <summary>More bytes than the limit: a retry would bring them again.</summary>
    public bool IsTooLong { get; init; }
}

/// <summary>Too many consecutive calls failed; what was answered is in the cache.</summary>
public sealed class EndpointGivenUpException(string message, Exception? inner = null) : EndpointException(message, inner);

/// <summary>A try that the server answered with another status than 200; the retry policy turns it into what the caller gets.</summary>
internal sealed class StatusException : Exception
{
    private const int ShownCharacters = 300;
    private const int ReadBytes = 4096;

    private StatusException(HttpStatusCode status, string text, TimeSpan? retryAfter)
        : base($"status {(int)status}{(text.Length == 0 ? "" : ": " + text)}")
    {
        Status = (int)status;
        RetryAfter = retryAfter;
    }

    public int Status { get; }

    /// <summary>How long the server asks to wait; null: it does not.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Busy or failing: a retry may be answered (408, 409, 425, 429, 5xx but 501 and 505).</summary>
    public bool IsTransient => Status is 408 or 409 or 425 or 429 or (>= 500 and not (501 or 505));

    /// <summary>No request will be answered: wrong key, wrong address.</summary>
    public bool IsDenied => Status is 401 or 403 or 404 or 405 or (>= 300 and < 400);

    public static async Task<StatusException> OfAsync(HttpResponseMessage response, Func<string, string> redact, CancellationToken cancel)
    {
        string text = "";
        try
        {
            using Stream stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            byte[] head = new byte[ReadBytes];
            int read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
            text = Shorten(redact(Encoding.UTF8.GetString(head, 0, read)));
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            text = "(the rest did not arrive)"; // the status alone says enough
        }

        return new StatusException(response.StatusCode, text, Wait(response));
    }

    private static TimeSpan? Wait(HttpResponseMessage response)
    {
        if (response.Headers.RetryAfter is not { } after)
            return null;
        TimeSpan? wait = after.Delta ?? after.Date - DateTimeOffset.UtcNow;
        return wait is { } w && w < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static string Shorten(string text)
    {
        StringBuilder line = new();
        foreach (char c in text)
        {
            if (line.Length == ShownCharacters)
                return line.Append("...").ToString();
            line.Append(char.IsControl(c) ? ' ' : c);
        }

        return line.ToString().Trim();
    }
}
