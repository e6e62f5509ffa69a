// An MSBuild task, compiled by the build itself (Libtorch.targets).
using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a 64-bit ELF library; where this system's <see cref="Library"/> has no <see cref="Symbol"/>, the copy has its needed version
/// <see cref="Version"/> (.gnu.version_r) marked weak, so that the dynamic linker loads it without that version. libLibTorchSharp.so 0.107
/// asks for libstdc++'s GLIBCXX_3.4.32 (GCC 13) for one symbol, which no code of it refers to: it makes sure that the streams are
/// initialized, which older versions of libstdc++ do in every object file.
/// </summary>
public sealed class AllowMissingVersion : Task
{
    private const int VersionNeed = 0x6ffffffe; // SHT_GNU_verneed
    private const byte Weak = 2; // VER_FLG_WEAK
    private const int Lazy = 1; // RTLD_LAZY
    private byte[] image;

    [Required] public string Source { get; set; }

    [Required] public string Destination { get; set; }

    [Required] public string Library { get; set; }

    [Required] public string Version { get; set; }

    /// <summary>Empty: the copy is marked on every system.</summary>
    public string Symbol { get; set; }

    public override bool Execute()
    {
        image = File.ReadAllBytes(Source);
        if (string.IsNullOrEmpty(Symbol) || !SystemHas(Library, Symbol))
        {
            int marked = MarkWeak();
            if (marked != 1)
            {
                Log.LogError("{0} needs {1} {2} times, expected once: is it another version of TorchSharp?", Source, Version, marked);
                return false;
            }
        }
        File.Delete(Destination); // a program that runs keeps the file that it has loaded
        File.WriteAllBytes(Destination, image);
        return true;
    }

    private static bool SystemHas(string library, string symbol)
    {
        IntPtr handle = dlopen(library, Lazy);
        return handle != IntPtr.Zero && dlsym(handle, symbol) != IntPtr.Zero;
    }

    private int MarkWeak()
    {
        int marked = 0, sections = (int)I64(0x28), size = U16(0x3A), count = U16(0x3C);
        for (int s = sections; s < sections + (count * size); s += size)
        {
            if (I32(s + 4) != VersionNeed)
                continue;
            int strings = (int)I64(sections + (I32(s + 40) * size) + 24);
            int need = (int)I64(s + 24);
            for (int n = I32(s + 44); n > 0; n--, need += I32(need + 12)) // one library each
            {
                int version = need + I32(need + 8);
                for (int v = U16(need + 2); v > 0; v--, version += I32(version + 12))
                {
                    if (Name(strings + I32(version + 8)) != Version)
                        continue;
                    image[version + 4] |= Weak;
                    marked++;
                }
            }
        }
        return marked;
    }

    private int U16(int at) { return BitConverter.ToUInt16(image, at); }

    private int I32(int at) { return BitConverter.ToInt32(image, at); }

    private long I64(int at) { return BitConverter.ToInt64(image, at); }

    private string Name(int at) { return Encoding.ASCII.GetString(image, at, Array.IndexOf(image, (byte)0, at) - at); }

    [DllImport("libc.so.6")] private static extern IntPtr dlopen(string name, int flags);

    [DllImport("libc.so.6")] private static extern IntPtr dlsym(IntPtr library, string symbol);
}
