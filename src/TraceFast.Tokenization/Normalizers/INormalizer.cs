namespace TraceFast.Tokenization.Normalizers;

/// <summary>Rewrites text before it is split. The same instance comes back where nothing changes.</summary>
internal interface INormalizer
{
    string Normalize(string text);
}
