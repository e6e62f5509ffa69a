using System.Diagnostics;
using System.Net.Sockets;

namespace TraceFast.Tests;

/// <summary>What a path may lead to besides a file: opening it would wait for ever, or read without end.</summary>
internal static class SpecialFile
{
    // A socket that is disposed takes its file along.
    private static readonly List<Socket> s_sockets = [];

    public static IReadOnlyList<string> Kinds { get; } = ["pipe", "device", "socket", "folder"];

    /// <summary>How messages name a kind.</summary>
    public static string Named(string kind) => $"is a {kind}";

    /// <summary>Puts one at a path, in place of what is there.</summary>
    public static void Make(string kind, string path)
    {
        File.Delete(path);
        switch (kind)
        {
            case "pipe":
                using (Process made = Process.Start("mkfifo", [path]))
                    made.WaitForExit();
                break;
            case "device":
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            case "socket":
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                s_sockets.Add(socket);
                socket.Bind(new UnixDomainSocketEndPoint(path));
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            default:
                throw new ArgumentException(kind, nameof(kind));
        }
    }
}
