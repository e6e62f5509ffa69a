using System.Security.Cryptography;
using System.Text;

namespace TraceFast.Endpoint.Asking;

/// <summary>
/// A line that stands before and after a response in a prompt. It follows from the response's own hash, so that no response can hold it and
/// end itself.
/// </summary>
public static class Delimiter
{
    public static string Of(string response) =>
        "=====" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(response))[..6]) + "=====";
}
