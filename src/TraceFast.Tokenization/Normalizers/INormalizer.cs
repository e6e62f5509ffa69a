namespace TraceFast.Tokenization.Normalizers;

/// <summary>Rewrites text before it is split. The same instance comes back where nothing changes.</summary>
internal interface INormalizer
{
    /// <param name="text">The text to rewrite.</param>
    /// <param name="origin">
    /// The number of leading UTF-16 units that stem from the first character of the encoded text, before and after: a
    /// Metaspace that prepends only to the first piece asks for it.
    /// </param>
    string Normalize(string text, ref int origin);
}
