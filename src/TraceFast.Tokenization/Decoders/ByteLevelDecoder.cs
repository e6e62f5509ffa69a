using System.Text;
using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization.Decoders;

/// <summary>
/// From the byte-level alphabet back to UTF-8. A token with a character outside the alphabet stands for its own text;
/// each maximal invalid sequence of bytes becomes U+FFFD.
/// </summary>
internal sealed class ByteLevelDecoder : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (string token in tokens)
        {
            int before = bytes.Count;
            foreach (char c in token)
            {
                int b = ByteAlphabet.Byte(c);
                if (b < 0)
                {
                    bytes.RemoveRange(before, bytes.Count - before);
                    bytes.AddRange(Encoding.UTF8.GetBytes(token));
                    break;
                }
                bytes.Add((byte)b);
            }
        }
        return [Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes))];
    }
}
