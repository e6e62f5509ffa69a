using System.Net;
using System.Text;

namespace TraceFast.Endpoint;

/// <summary>A try that the server answered with another status than 200; the retry policy turns it into what the caller sees.</summary>
internal sealed class StatusException : Exception
{
    private const int ShownCharacters = 300;
    private const int ReadBytes = 4096;

    private StatusException(HttpStatusCode status, string said, TimeSpan? retryAfter)
        : base($"status {(int)status}{(said.Length == 0 ? "" : ": " + said)}")
    {
        Status = (int)status;
        RetryAfter = retryAfter;
    }

    public int Status { get; }

    /// <summary>How long the server asks to wait; null: it does not say.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Busy or failing: another try may be answered (408, 409, 425, 429, 5xx but 501 and 505).</summary>
    public bool IsTransient => Status is 408 or 409 or 425 or 429 or (>= 500 and not (501 or 505));

    /// <summary>No request will be answered: wrong key, wrong address.</summary>
    public bool IsDenied => Status is 401 or 403 or 404 or 405 or (>= 300 and < 400);

    public static async Task<StatusException> OfAsync(HttpResponseMessage response, Func<string, string> redact, CancellationToken cancel)
    {
        string said = "";
        try
        {
            using Stream stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            byte[] head = new byte[ReadBytes];
            int read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
            said = Shorten(redact(Encoding.UTF8.GetString(head, 0, read)));
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            said = "(the rest did not arrive)"; // the status alone says enough
        }

        return new StatusException(response.StatusCode, said, Wait(response));
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
